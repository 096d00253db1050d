import type { Jump } from '../../contracts/plan.js';
import type { Packet } from './packet-counts.js';
import { fractionOf, type Header, type Track } from './tracks.js';

/** What a clock may jump ahead by before players take it for another clock, seconds. */
const JUMP_S = 10;

/** Makes the clock of a recorded transport stream continuous where it jumps ahead, for all tracks alike, as players do. */
export function jumpFinder({ format }: Header) {
  const jumps: Jump[] = [];
  const ends = new Map<number, { rawS: number; lastsS: number }>();
  const isRecorded = /^mpeg/.test(format.format_name);
  const shiftS = (rawS: number): number => jumps.reduce((sum, jump) => sum + (rawS >= jump.fromS ? jump.byS : 0), 0);
  const moved = (ticks: number, track: Track): number => {
    const [above, below] = fractionOf(track.time_base) ?? [1, 1000];
    return ticks - Math.round((shiftS((ticks * above) / below) * below) / above);
  };
  return {
    jumps,
    moved,
    /** The packet as it would be without the jumps so far. */
    read(packet: Packet, track: Track): Packet {
      const { pts, dts } = packet;
      const [above, below] = fractionOf(track.time_base) ?? [1, 1000];
      const time = dts ?? pts;
      if (isRecorded && time !== undefined) {
        const rawS = (time * above) / below;
        const before = ends.get(track.index);
        const aheadS = before === undefined ? 0 : rawS - before.rawS;
        if (before && aheadS > JUMP_S && shiftS(rawS) === shiftS(before.rawS))
          jumps.push({ fromS: before.rawS + aheadS / 2, byS: aheadS - before.lastsS });
        ends.set(track.index, { rawS, lastsS: (packet.duration * above) / below });
      }
      if (jumps.length === 0) return packet;
      return {
        ...packet,
        pts: pts === undefined ? undefined : moved(pts, track),
        dts: dts === undefined ? undefined : moved(dts, track),
      };
    },
  };
}
