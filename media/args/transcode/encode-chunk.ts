import type { Chunk, PlannedRendition, TimeBase, TranscodePlan, VideoTrack } from '../../../contracts/plan.js';
import { pictureInput, withoutJumps } from './input.js';

export interface ChunkIntent {
  plan: TranscodePlan;
  video: VideoTrack;
  chunk: Chunk;
  file: string;
  /** One for each rendition. */
  outputs: readonly string[];
  threads: number;
  /** True for each picture that is to be a keyframe. */
  keyExpression: string;
}

/** Keyframes come from the expression alone. */
const NO_OTHER_KEYFRAMES = ['-g', '100000', '-keyint_min', '1', '-sc_threshold', '0', '-flags', '+cgop'];

/**
 * One decode for all renditions. Times stay those of the file (`-copyts`), so that pictures are chosen by their exact
 * ticks and not by how a seek is rounded: the demuxer only has to get to a keyframe before the first of them.
 */
export function encodeChunkArgs(intent: ChunkIntent): string[] {
  const { plan, video, chunk, file, outputs, threads } = intent;
  const seek = chunk.seekS === undefined ? [] : seekArgs(chunk.seekS);
  return [
    ...['-copyts', '-threads', String(threads), '-filter_complex_threads', '1', ...seek, ...pictureInput(file)],
    ...['-filter_complex', filterGraph(intent)],
    ...plan.renditions.flatMap((rendition, index) => [
      ...['-map', `[o${index}]`, ...encoderArgs(intent, rendition), ...colorArgs(plan, video)],
      ...['-frames:v', String(chunk.frames), ...timeArgs(video.timeBase)],
      ...['-map_metadata', '-1', '-map_chapters', '-1', '-f', 'mp4', `file:${outputs[index]}`],
    ]),
  ];
}

const seekArgs = (seekS: number): string[] => ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seekS.toFixed(6)];

function filterGraph(intent: ChunkIntent): string {
  const { plan } = intent;
  const branches = plan.renditions.map((_, index) => `[s${index}]`).join('');
  const common = [...pictureFilters(intent), `split=${plan.renditions.length}${branches}`].join();
  const scaled = plan.renditions.map(
    ({ width, height }, index) => `[s${index}]${scale({ width, height }, intent)},setsar=1[o${index}]`,
  );
  return [`[0:${intent.video.index}]${common}`, ...scaled].join(';');
}

/** The pictures of the chunk, from time 0, in as many ticks as in the file. */
export function pictureFilters({ plan, video, chunk }: Pick<ChunkIntent, 'plan' | 'video' | 'chunk'>): string[] {
  const start = video.firstPts + chunk.startTicks;
  const end = chunk.index === plan.chunks.length - 1 ? '' : `:end_pts=${start + chunk.durationTicks}`;
  const { minStepTicks } = plan;
  return [
    ...(video.isInterlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
    `settb=1/${video.timeBase[1]}`,
    ...(video.jumps ? [`setpts=${withoutJumps(video.jumps)}`] : []),
    `trim=start_pts=${start}${end}`,
    ...(minStepTicks ? [`select='isnan(prev_selected_pts)+gte(pts-prev_selected_pts,${minStepTicks})'`] : []),
    `setpts=PTS-${start}`,
    ...(plan.isToneMapped ? TONE_MAPPING : []),
  ];
}

export const TONE_MAPPING = [
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
  'format=yuv420p',
];

const isRgb = ({ color, pixelFormat }: VideoTrack): boolean =>
  color.space === 'gbr' || /rgb|bgr|gbr|pal8/.test(pixelFormat);

const scale = ({ width, height }: { width: number; height: number }, { video }: ChunkIntent): string =>
  `scale=${width}:${height}:flags=bicubic:out_range=tv${isRgb(video) ? ':out_color_matrix=bt709' : ''},format=yuv420p`;

function encoderArgs(intent: ChunkIntent, { crf, maxrateKbps }: PlannedRendition): string[] {
  const { preset = 'veryfast' } = intent.plan.profile.video ?? {};
  return [
    ...['-c:v', 'libx264', '-preset', preset, '-threads', String(intent.threads)],
    ...['-crf', String(crf), '-maxrate', `${maxrateKbps}k`, '-bufsize', `${2 * maxrateKbps}k`],
    ...NO_OTHER_KEYFRAMES,
    ...['-force_key_frames', intent.keyExpression],
  ];
}

/** Said for each chunk alike, so that all of them are of one stream. */
function colorArgs({ isToneMapped }: TranscodePlan, video: VideoTrack): string[] {
  const isNew = isToneMapped || isRgb(video);
  const bt709 = { primaries: 'bt709', transfer: 'bt709', space: 'bt709' };
  const { primaries, transfer, space }: VideoTrack['color'] = isNew ? bt709 : video.color;
  return [
    ...(primaries ? ['-color_primaries', primaries] : []),
    ...(transfer ? ['-color_trc', transfer] : []),
    ...(space ? ['-colorspace', space] : []),
    ...['-color_range', 'tv'],
  ];
}

/** Each picture keeps its tick. */
const timeArgs = ([above, below]: TimeBase): string[] => [
  ...['-fps_mode', 'passthrough', '-enc_time_base', `${above}/${below}`],
  ...['-video_track_timescale', String(below)],
];
