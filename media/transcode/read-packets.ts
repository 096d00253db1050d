import { fault } from '../../contracts/errors.js';
import type { TimeBase } from '../../contracts/plan.js';
import { ownPacketsArgs } from '../args/transcode/own.js';
import { parsePacket, type Packet } from './packet-counts.js';
import { runFfprobe } from './run-ffprobe.js';
import { fractionOf } from './tracks.js';

export interface ReadOptions {
  ffprobe: string;
  file: string;
  signal: AbortSignal;
}

/** The packets of one track of a file that we have made, in its order. Throws `output-unproven` where it cannot be read. */
export async function readPackets(
  { ffprobe, file, signal }: ReadOptions,
  track: 'v:0' | 'a:0',
): Promise<{ packets: Packet[]; timeBase: TimeBase }> {
  const packets: Packet[] = [];
  let timeBase: TimeBase = [1, 1000];
  const args = ownPacketsArgs({ file, track });
  const onLine = (line: string): void => {
    const packet = parsePacket(line);
    if (packet) packets.push(packet);
    else timeBase = fractionOf(line) ?? timeBase;
  };
  try {
    await runFfprobe({ ffprobe, args, signal, onLine });
  } catch (error) {
    signal.throwIfAborted();
    throw fault('output-unproven', `what was written cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return { packets, timeBase };
}
