import { fault } from '../../contracts/errors.js';
import { ssimArgs } from '../args/transcode/ssim.js';
import { renditionOf } from './join-mp4.js';
import type { PieceCost, PieceOptions } from './piece.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { videoOf } from './video-of.js';

export interface SsimOptions extends Omit<PieceOptions, 'folder'> {
  /** The whole input, and the joined file of the rendition. */
  file: string;
  output: string;
  rendition: string;
}

/** How like its source an encoded rendition is, 0 to 1, on average over all pictures. */
export async function measureSsim(options: SsimOptions): Promise<PieceCost & { ssim: number }> {
  const { plan, file, output } = options;
  const rendition = renditionOf(plan, options.rendition);
  let ssim: number | undefined;
  const { cpuSeconds, log } = await runFfmpeg({
    ...options,
    args: ssimArgs({ plan, video: videoOf(plan), rendition, file, output }),
    onLine(line) {
      const [, all] = /SSIM .{0,200}\bAll:([\d.]+)/.exec(line) ?? [];
      if (all !== undefined) ssim = Number(all);
    },
  });
  if (ssim === undefined) throw fault('encode-failed', 'ffmpeg has not said how like its source the rendition is');
  return { ssim, cpuSeconds, log };
}
