import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startChild } from './child.js';
import { provideFfmpeg } from './ffmpeg.js';
import { keepRunning, type Kept } from './keep-running.js';
import { logIn, ownServer, type Server } from './server.js';

const PICTURE = 'testsrc2=size=640x360:rate=25';
/**
 * Wall-clock time to the millisecond, so that a frame shows when it was made. It is drawn after the source was read:
 * ffmpeg reads several pictures of a source ahead.
 */
const CLOCK =
  "drawtext=text='%{localtime\\:%H\\\\\\:%M\\\\\\:%S.%3N}':fontsize=56:x=(w-tw)/2:y=h-th-24:fontcolor=white:box=1:boxcolor=black@0.6";

export interface CameraOptions {
  /** Where to publish: `rtmp://host:port/app/name`. */
  url: string;
  home: string;
  onNotice?: (notice: string) => void;
  signal?: AbortSignal | undefined;
}

/** A camera that is none: test pictures with a clock and a tone, published until stopped. */
export async function startCamera({ url, home, onNotice = () => {}, signal }: CameraOptions): Promise<Kept<Server>> {
  const log = logIn(home, 'camera');
  const ffmpeg = await provideFfmpeg({ log, signal });
  const filter = (await canDraw(ffmpeg)) ? CLOCK : 'null';
  const command = [ffmpeg, ...cameraArguments({ source: PICTURE, filter, url })] as const;
  return keepRunning({
    name: 'camera',
    start: async () => ownServer(startChild({ name: 'camera', command, log, home })),
    onNotice,
    signal,
  });
}

/** A key frame every 2 s, no B-frames, as an encoder on site would send it. */
export const cameraArguments = ({ source, filter, url }: { source: string; filter: string; url: string }): string[] => [
  ...['-hide_banner', '-nostdin', '-loglevel', 'warning'],
  ...['-re', '-f', 'lavfi', '-i', source],
  ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
  ...[
    '-vf',
    filter,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-pix_fmt',
    'yuv420p',
    '-b:v',
    '1M',
  ],
  ...['-g', '50', '-keyint_min', '50', '-sc_threshold', '0'],
  ...['-c:a', 'aac', '-b:a', '96k', '-f', 'flv', url],
];

/** Some builds have no `drawtext`, and some machines no font; test pictures carry a running time of their own. */
const canDraw = (ffmpeg: string): Promise<boolean> =>
  promisify(execFile)(ffmpeg, ['-f', 'lavfi', '-i', `${PICTURE},${CLOCK}`, '-frames:v', '1', '-f', 'null', '-']).then(
    () => true,
    () => false,
  );
