import { fault } from '../../contracts/errors.js';
import type { TimeBase } from '../../contracts/plan.js';
import { ownPacketsArgs } from '../args/transcode/probe.js';
import { parsePacket, type Packet } from './packet-counts.js';
import { readFragments } from './read-fragments.js';
import { readSamples, type Samples } from './read-samples.js';
import { runFfprobe } from './run-ffprobe.js';
import { fractionOf } from './tracks.js';

export interface ReadOptions {
  ffprobe: string;
  file: string;
  signal: AbortSignal;
}

/** The pictures of a file that we have made, in its order. Throws `output-unproven` where it cannot be read. */
export const readPictures = (options: ReadOptions): Promise<Packet[]> =>
  readable(options, async ({ file }) =>
    isFragmented(file) ? readFragments(file) : (await readSamples(file, 'vide')).packets,
  );

/** Its sound, likewise. */
export const readSound = (options: ReadOptions): Promise<Samples> =>
  readable(options, ({ file }) => (isFragmented(file) ? demux(options) : readSamples(file, 'soun')));

const isFragmented = (file: string): boolean => file.endsWith('.m4s');

async function readable<Found>(options: ReadOptions, read: (options: ReadOptions) => Promise<Found>): Promise<Found> {
  const { signal } = options;
  signal.throwIfAborted();
  try {
    return await read(options);
  } catch (error) {
    signal.throwIfAborted();
    throw fault('output-unproven', `what was written cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The sound of fragments. */
async function demux({ ffprobe, file, signal }: ReadOptions): Promise<Samples> {
  const packets: Packet[] = [];
  let timeBase: TimeBase = [1, 1000];
  const args = ownPacketsArgs({ file, track: 'a:0' });
  const onLine = (line: string): void => {
    const packet = parsePacket(line);
    if (packet) packets.push(packet);
    else timeBase = fractionOf(line) ?? timeBase;
  };
  await runFfprobe({ ffprobe, args, signal, onLine });
  return { packets, timeBase };
}
