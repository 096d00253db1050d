import { joinHlsAudio, joinHlsRendition, writeHlsMaster } from '../../../media/transcode/join-hls.js';
import type { MadeFile } from '../../../media/transcode/piece.js';
import { PROGRAMS, type Converted } from './conversion.js';

/** The chunks and the sound of a file as an HLS ladder. */
export async function makeLadder(
  options: Pick<Converted, 'plan' | 'chunkPaths' | 'audioPath'> & { folder: string },
): Promise<MadeFile[]> {
  const { plan, chunkPaths, audioPath, folder } = options;
  const piece = { ...PROGRAMS, plan, folder };
  const parts = audioPath === undefined ? [] : [await joinHlsAudio({ ...piece, audioPath })];
  for (const { name } of plan.renditions) {
    parts.push(await joinHlsRendition({ ...piece, rendition: name, chunkPaths: chunkPaths[name]! }));
  }
  const files = parts.flatMap((part) => part.files);
  const tracks = files.map((one) => ({ ...one, path: one.name }));
  return [...files, await writeHlsMaster({ plan, folder, tracks })];
}
