import type { SourceRoute } from '../../contracts/source-route.js';
import type { Size } from '../../contracts/stream.js';

export interface CaptureIntent {
  url: string;
  sizes: readonly Size[];
  /** JPEG quality, 1 to 100. */
  quality: number;
  /** Longest wait for the network, milliseconds. */
  stallMs: number;
  /** How long to look for streams before decoding: short for a quick first picture, long where that found no video. */
  probe: 'quick' | 'patient';
}

/** Gaps between time stamps above this are jumps, not silence; the clock re-anchors on the wall instead. Seconds. */
const LARGEST_STEP_S = 10;
const STEP_OVER_JUMP_S = 0.04;
/** A look at the streams that lasts until the source counts as stalled would never tell what it found. */
const LONGEST_LOOK_MS = 5000;
const MAX_PIXELS = 7680 * 4320;

/** Routes lead to addresses without TLS, so that those with it are for who runs the line by hand. */
const PROTOCOLS: Record<string, string> = {
  'rtmp:': 'rtmp,tcp',
  'rtmps:': 'rtmps,rtmp,tls,tcp',
  'http:': 'http,tcp,crypto',
  'https:': 'http,https,tls,tcp,crypto',
  'rtsp:': 'rtsp,tcp',
  'rtsps:': 'rtsps,rtsp,tls,tcp',
  'file:': 'file',
};
const CONTAINERS = 'flv,live_flv,hls,applehttp,mpegts,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,rtsp,avi,h264,hevc';

/**
 * One decode, one SMJPEG pipe for the frame and one for each variant. Time stamps are made continuous in the filter
 * graph (the muxer would otherwise freeze them after a jump back), and `framestep` is the gate that `gateCommand`
 * opens and narrows while ffmpeg runs. Fd 1 is the frame, fd 3 and up are the variants.
 */
export function captureArgs(intent: CaptureIntent, route: Pick<SourceRoute, 'url' | 'options'>): string[] {
  const url = new URL(intent.url);
  return [
    ...['-hide_banner', '-nostats', '-loglevel', 'level+verbose'],
    ...inputArgs(url, { ...intent, route }),
    ...['-filter_complex', filterGraph(url, intent.sizes)],
    ...[undefined, ...intent.sizes].flatMap((_, index) => outputArgs(index, intent.quality)),
  ];
}

function inputArgs(
  url: URL,
  { stallMs, probe, route }: CaptureIntent & { route: Pick<SourceRoute, 'url' | 'options'> },
): string[] {
  const timeoutUs = String(stallMs * 1000);
  return [
    ...['-protocol_whitelist', PROTOCOLS[new URL(route.url).protocol] ?? ''],
    ...['-format_whitelist', CONTAINERS],
    ...['-max_pixels', String(MAX_PIXELS), '-threads', '1', '-fflags', '+discardcorrupt'],
    ...(probe === 'quick'
      ? ['-probesize', '500000', '-analyzeduration', '1000000']
      : ['-analyzeduration', String(Math.min(LONGEST_LOOK_MS, stallMs / 2) * 1000)]),
    ...['-fpsprobesize', '0'],
    ...(url.protocol.startsWith('rtsp') ? ['-rtsp_transport', 'tcp', '-timeout', timeoutUs] : []),
    ...(/^(?:rtmps?|https?):$/.test(url.protocol) ? ['-rw_timeout', timeoutUs] : []),
    ...(isPlaylist(url) ? ['-live_start_index', '-1', '-m3u8_hold_counters', '10'] : []),
    ...route.options,
    ...['-i', url.protocol === 'file:' ? `file:${decodeURIComponent(url.pathname)}` : route.url],
  ];
}

function filterGraph(url: URL, sizes: readonly Size[]): string {
  const step = 'PTS-PREV_INPTS';
  const continuous = `setpts='if(isnan(PREV_OUTPTS),0,PREV_OUTPTS+if(between(${step},1,${LARGEST_STEP_S}/TB),${step},${STEP_OVER_JUMP_S}/TB))'`;
  const chain = [
    continuous,
    ...(isPulledFasterThanLive(url) ? ['realtime'] : []),
    'framestep=step=2147483647:enable=0',
  ];
  if (sizes.length === 0) return `[0:v:0]${chain.join()}[o0]`;
  const branches = sizes.map((_, index) => `[s${index + 1}]`).join('');
  const variants = sizes.map((size, index) => `[s${index + 1}]${fit(size)}[o${index + 1}]`);
  return [`[0:v:0]${chain.join()},split=${sizes.length + 1}[o0]${branches}`, ...variants].join(';');
}

/** The whole picture inside the asked size, at its display aspect, on black. */
const fit = ({ width, height }: Size): string =>
  `scale=w='min(${width},${height}*dar)':h='min(${height},${width}/dar)',pad=${width}:${height}:-1:-1,setsar=1`;

const outputArgs = (index: number, quality: number): string[] => [
  ...['-map', `[o${index}]`, '-fps_mode', 'passthrough', '-enc_time_base', '1:1000', '-threads', '1'],
  ...[
    '-c:v',
    'mjpeg',
    '-q:v',
    String(quantizer(quality)),
    '-flush_packets',
    '1',
    '-f',
    'smjpeg',
    `pipe:${index === 0 ? 1 : index + 2}`,
  ],
];

/** JPEG quality 1 to 100 on ffmpeg's scale of 31 (worst) to 2 (best). */
const quantizer = (quality: number): number => Math.round(31 - ((quality - 1) / 99) * 29);

const isPlaylist = (url: URL): boolean => url.protocol.startsWith('http') && /\.m3u8$/i.test(url.pathname);

/** Files and playlists come as fast as they are read; a live connection sets its own pace. */
const isPulledFasterThanLive = (url: URL): boolean =>
  url.protocol === 'file:' || (url.protocol.startsWith('http') && !/\.flv$/i.test(url.pathname));
