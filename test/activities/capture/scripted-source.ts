import type { ErrorCode } from '../../../contracts/errors.js';
import { FULL, JPEG } from '../../../contracts/picture.js';
import type { OpenStart, PictureSource } from '../../../media/source/picture-source.js';
import { imageOf } from './frames.js';
import { realMs } from './scene.js';

/** One connection: gives pictures, and says why there are no more. */
export type Connection = (start: OpenStart) => Promise<ErrorCode>;

const FRAME_MS = 40;

/** A source of pictures whose connections are the given ones in turn, then the last one again and again. */
export function scriptedSource(...connections: [Connection, ...Connection[]]): PictureSource {
  let turn = 0;
  return {
    open(_, start) {
      const connection = connections[Math.min(turn++, connections.length - 1)] ?? connections[0];
      let lastArrivedMs: number | undefined;
      const onPicture: OpenStart['onPicture'] = (picture) => {
        lastArrivedMs = picture.timeMs;
        start.onPicture(picture);
      };
      const ended = connection({ ...start, onPicture }).then((code) => ({
        code,
        lastArrivedMs,
        isFinite: false,
        isResized: false,
        tail: [],
        command: 'none',
      }));
      return { change: () => 0, ended };
    },
  };
}

/** Gives pictures from the first moment on, then ends. */
export const liveFor =
  (ms: number): Connection =>
  ({ signal, onPicture }) =>
    new Promise((resolve) => {
      const sinceMs = realMs();
      const give = (): void => {
        const timeMs = realMs();
        if (signal.aborted || timeMs - sinceMs > ms) {
          clearInterval(timer);
          resolve('source-ended');
          return;
        }
        const image = { bytes: imageOf(String(timeMs)), contentType: JPEG, width: 64, height: 36 };
        onPicture({ images: [image], timeMs, ptsMs: Math.round(timeMs - sinceMs), mode: FULL });
      };
      const timer = setInterval(give, FRAME_MS);
    });
