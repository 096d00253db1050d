/** One packet as a demuxer gives it: times are ticks of its track, or missing. */
export interface Packet {
  track: number;
  pts: number | undefined;
  dts: number | undefined;
  duration: number;
  sizeBytes: number;
  isKey: boolean;
  /** Decoded for the sake of others, or not at all. */
  isDiscarded: boolean;
  isEncrypted: boolean;
}

/** A line of ffprobe: track, pts, dts, duration, bytes, flags; undefined where the line is no packet. */
export function parsePacket(line: string): Packet | undefined {
  const [track, pts, dts, duration, sizeBytes, flags] = line.split('|');
  if (flags === undefined) return undefined;
  return {
    track: Number(track),
    pts: ticks(pts),
    dts: ticks(dts),
    duration: ticks(duration) ?? 0,
    sizeBytes: ticks(sizeBytes) ?? 0,
    isKey: flags.includes('K'),
    isDiscarded: flags.includes('D'),
    isEncrypted: line.includes('|Encryption info'),
  };
}

const ticks = (text: string | undefined): number | undefined =>
  text === undefined || text === 'N/A' || text === '' ? undefined : Number(text);

/** What is kept of the packets of one track while they stream by. */
export interface PacketCounts {
  packets: number;
  /** Times of all packets that are shown, in the order of the file. */
  pts: number[];
  keys: { pts: number; dts: number }[];
  untimed: number;
  encrypted: number;
  bytes: number;
  firstPts: number;
  /** Time of the packet that is shown last. */
  lastPts: number;
  lastDuration: number;
  /** Times that a packet does not begin where the one before it ended, ticks of tolerance aside. */
  gaps: number;
  /** Packets that are shown before the keyframe that they follow. */
  leading: number;
  /** The furthest that decoding times ever go back. */
  backwards: number;
}

/** The packets of a file, by the index of their track. */
export type CountedTracks = ReadonlyMap<number, { counts: PacketCounts }>;

export interface CountOptions {
  /** Whether the times of each packet and of each keyframe are kept. */
  isKept: boolean;
  /** Ticks; a longer way between two packets that follow each other is a gap. */
  gapTicks: number;
}

export function packetCounter({ isKept, gapTicks }: CountOptions) {
  const counts: PacketCounts = {
    packets: 0,
    pts: [],
    keys: [],
    untimed: 0,
    encrypted: 0,
    bytes: 0,
    firstPts: Infinity,
    lastPts: -Infinity,
    lastDuration: 0,
    gaps: 0,
    leading: 0,
    backwards: 0,
  };
  let [lastDts, lastKeyPts] = [-Infinity, -Infinity];
  let endPts: number | undefined;
  return {
    counts,
    isKept,
    add({ pts, dts, duration, sizeBytes, isKey, isDiscarded, isEncrypted }: Packet): void {
      counts.packets += 1;
      counts.bytes += sizeBytes;
      if (isEncrypted) counts.encrypted += 1;
      if (dts !== undefined) {
        counts.backwards = Math.max(counts.backwards, lastDts - dts);
        lastDts = Math.max(lastDts, dts);
      }
      if (pts === undefined) {
        counts.untimed += 1;
        return;
      }
      if (pts < lastKeyPts) counts.leading += 1;
      if (isKey) lastKeyPts = pts;
      if (isKey && isKept) counts.keys.push({ pts, dts: dts ?? pts });
      if (isDiscarded) return;
      if (isKept) counts.pts.push(pts);
      if (endPts !== undefined && Math.abs(pts - endPts) > gapTicks) counts.gaps += 1;
      endPts = pts + duration;
      counts.firstPts = Math.min(counts.firstPts, pts);
      if (pts >= counts.lastPts) [counts.lastPts, counts.lastDuration] = [pts, duration];
    },
  };
}
