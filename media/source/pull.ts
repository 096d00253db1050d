import { redact } from '../../contracts/redact.js';
import { JPEG } from '../../contracts/picture.js';
import type { SourceRoute } from '../../contracts/source-route.js';
import { captureArgs, type CaptureIntent } from '../args/capture.js';
import { gateCommand } from './gate.js';
import { jpegSize } from '../jpeg-size.js';
import type { Picture } from './picture-source.js';
import { startFfmpeg, type FfmpegExit } from '../process.js';
import { createSmjpegReader, type TimedJpeg } from './smjpeg.js';

export interface PulledPicture extends Pick<Picture, 'images' | 'ptsMs'> {
  arrivedMs: number;
}

export interface Pull {
  /** Lets pass the first picture of each interval; see `gateCommand`. */
  setGate(gate: { everyMs: number; phaseMs: number }): void;
  /** Resolves when ffmpeg is gone, however it ended. */
  ended: Promise<PullEnd>;
  stop(): Promise<PullEnd>;
}

export interface PullEnd extends FfmpegExit {
  hadPicture: boolean;
  /** ffmpeg had opened the source. */
  isOpen: boolean;
  /** The source said how long it is, so its end is final: a file, or a playlist that is complete. */
  isFinite: boolean;
  /** The pictures changed size, which one run of the encoder cannot follow. */
  isResized: boolean;
  /** Pictures were dropped that are larger than any may be. */
  isOversize: boolean;
}

export interface PullStart {
  ffmpeg: string;
  intent: CaptureIntent;
  /** How ffmpeg reaches the source. */
  route: Pick<SourceRoute, 'url' | 'options' | 'named'>;
  /** What confines it. */
  within?: readonly string[];
  nowMs(): number;
  onPicture(picture: PulledPicture): void;
}

const OPENED = /^\[info\] Input #0/;
const LENGTH_KNOWN = /\bDuration: (?!00:00:00\.00)\d\d:/;
const GRAPH_INPUT = /\[graph .{0,200} w:(\d+) h:(\d+) pixfmt:/;

/** Pulls a source through one ffmpeg and hands over each picture that its gate lets pass. */
export function startPull({ ffmpeg, intent, route, within = [], nowMs, onPicture }: PullStart): Pull {
  let hadPicture = false;
  let isOpen = false;
  let isFinite = false;
  let isResized = false;
  let isOversize = false;
  let sourceSize: string | undefined;
  let failure: string | undefined;
  const waiting: TimedJpeg[][] = [[], ...intent.sizes.map(() => [])];
  const process = startFfmpeg({
    ffmpeg,
    args: captureArgs(intent, route),
    shownArgs: captureArgs(intent, { url: intent.url, options: [] }),
    outputCount: waiting.length,
    onLine,
    named: (line) => route.named(line),
    within,
  });
  process.outputs.forEach((output, index) => {
    const read = createSmjpegReader((jpeg) => {
      waiting[index]?.push(jpeg);
      emitWhole();
    });
    output.on('data', (piece: Buffer) => {
      try {
        read(piece);
      } catch (error) {
        // Whatever a picture does to those who handle it, it ends its own pull and no other.
        failure ??= `not handled: ${redact(String(error))}`;
        void process.stop();
      }
    });
  });
  const ended = process.exited.then((exit): PullEnd => {
    const end = { ...exit, hadPicture, isOpen, isFinite, isResized, isOversize };
    return failure === undefined ? end : { ...end, tail: [...exit.tail, failure] };
  });
  return {
    setGate: (gate) => process.stdin.write(gateCommand(gate)),
    ended,
    stop: () => process.stop().then(() => ended),
  };

  function onLine(line: string): void {
    isOpen ||= OPENED.test(line);
    isFinite ||= LENGTH_KNOWN.test(line);
    const [, width, height] = GRAPH_INPUT.exec(line) ?? [];
    if (width === undefined) return;
    const size = `${width}x${height}`;
    if (sourceSize !== undefined && size !== sourceSize) {
      isResized = true;
      void process.stop();
    }
    sourceSize ??= size;
  }

  /** A picture is whole when each output has delivered its image: they come from one decode, in one order. */
  function emitWhole(): void {
    while (!isResized && waiting.every((queue) => queue.length > 0)) {
      const jpegs = waiting.map((queue) => queue.shift()).filter((jpeg) => jpeg !== undefined);
      isOversize ||= jpegs.some(({ jpeg }) => jpeg.length === 0);
      const images = jpegs.flatMap(({ jpeg }) => {
        const size = jpegSize(jpeg);
        return size ? [{ bytes: jpeg, contentType: JPEG, ...size }] : [];
      });
      if (images.length < jpegs.length) continue;
      hadPicture = true;
      onPicture({ ptsMs: jpegs[0]?.ptsMs ?? 0, arrivedMs: nowMs(), images });
    }
  }
}
