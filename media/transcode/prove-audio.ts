import { fault } from '../../contracts/errors.js';
import { readSound, type ReadOptions } from './read-packets.js';

export interface AudioProof {
  packets: number;
  /** Seconds: of the first packet, which may be there for the sake of the decoder alone, and of what is heard. */
  firstS: number;
  startS: number;
  endS: number;
}

export interface AudioPromise {
  what: string;
  /** Duration of all sound, seconds. */
  durationS: number;
  /** How far it may be from that, seconds. */
  slackS: number;
  /** Packets that it has to have, where that is known. */
  packets?: number;
}

/** Checks that packets of sound adjoin without a gap and last as long as their source. Throws `output-unproven`. */
export async function proveAudio(options: ReadOptions, promise: AudioPromise): Promise<AudioProof> {
  const {
    packets,
    timeBase: [above, below],
  } = await readSound(options);
  const shown = packets.filter((one) => !one.isDiscarded);
  const [first, last] = [shown[0], shown.at(-1)];
  if (!first || !last) throw fault('output-unproven', `${promise.what} has no sound`);
  const wrong = packets.findIndex(({ pts = NaN, duration }, index) => {
    const next = packets[index + 1];
    // The first packet of a fragmented file does not tell how long it is.
    return next !== undefined && next.pts !== pts + (duration || next.duration);
  });
  const seconds = (ticks: number): number => (ticks * above) / below;
  if (wrong >= 0)
    throw fault('output-unproven', `${promise.what} has a gap after ${seconds(packets[wrong]!.pts ?? 0).toFixed(3)} s`);
  const proof = {
    packets: packets.length,
    firstS: seconds(packets[0]!.pts ?? 0),
    startS: seconds(first.pts ?? 0),
    endS: seconds((last.pts ?? 0) + last.duration),
  };
  if (promise.packets !== undefined && promise.packets !== proof.packets)
    throw fault('output-unproven', `${promise.what} has ${proof.packets} packets, expected ${promise.packets}`);
  const difference = proof.endS - proof.startS - promise.durationS;
  if (Math.abs(difference) <= promise.slackS) return proof;
  throw fault(
    'output-unproven',
    `${promise.what} lasts ${(proof.endS - proof.startS).toFixed(3)} s, expected ${promise.durationS.toFixed(3)} s`,
  );
}
