import type { PlannedRendition, TranscodePlan, VideoTrack } from '../../../contracts/plan.js';
import { pictureFilters } from './encode-chunk.js';
import { pictureInput } from './input.js';

export interface SsimIntent {
  plan: TranscodePlan;
  video: VideoTrack;
  rendition: PlannedRendition;
  file: string;
  output: string;
}

/** A rendition beside its source, picture by picture, the source brought to the size of the rendition. */
export function ssimArgs({ plan, video, rendition: { width, height }, file, output }: SsimIntent): string[] {
  const whole = { index: plan.chunks.length - 1, startTicks: 0 };
  const source = pictureFilters({ plan, video, chunk: { ...plan.chunks[0]!, ...whole } });
  const graph = [
    `[0:v:0]settb=1/${video.timeBase[1]},setpts=PTS-STARTPTS[made]`,
    `[1:${video.index}]${source.join()},scale=${width}:${height}:flags=bicubic:out_range=tv,format=yuv420p,setsar=1[source]`,
    '[made][source]ssim=shortest=1',
  ];
  return [
    ...['-protocol_whitelist', 'file', '-i', `file:${output}`, '-copyts', ...pictureInput(file)],
    ...['-filter_complex', graph.join(';'), '-f', 'null', '-'],
  ];
}
