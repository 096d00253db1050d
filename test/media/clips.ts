import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';

/** The ffmpeg that tests run: the one that a worker would. */
export const FFMPEG = process.env['REELAY_FFMPEG'] ?? 'ffmpeg';

export interface Clip {
  seconds: number;
  size?: string;
  fps?: number;
  /** After the inputs: codec, filters, container. */
  options?: readonly string[];
  /** Test pattern unless given. */
  source?: string;
}

export interface Clips {
  readonly folder: string;
  /** Generates a clip and returns its address. */
  make(name: string, clip: Clip): Promise<string>;
  path(name: string): string;
}

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-pix_fmt', 'yuv420p'];

/** A folder for the clips of a suite, removed after it. */
export function useClips(): Clips {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'reelay-clips-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    get folder() {
      return folder;
    },
    path,
    async make(name, { seconds, size = '64x36', fps = 10, options = [], source }) {
      const pattern = source ?? `testsrc=size=${size}:rate=${fps}:duration=${seconds}`;
      await execa(FFMPEG, ['-v', 'error', '-y', '-f', 'lavfi', '-i', pattern, ...H264, ...options, path(name)]);
      return pathToFileURL(path(name)).href;
    },
  };
}
