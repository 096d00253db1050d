import { FULL } from '../../contracts/picture.js';
import { createGateKeeper } from './gate-keeper.js';
import type { PictureSource } from './picture-source.js';
import { createSlotClock } from './slot-clock.js';
import { startWatchedPull } from './watched-pull.js';

interface ProcessDeps {
  ffmpeg: string;
  /** Monotonic, on the Unix epoch. */
  nowMs(): number;
}

/** One ffmpeg for each open source: it decodes all that comes, and its gate lets pass what slots need. */
export const oneProcess = ({ ffmpeg, nowMs }: ProcessDeps): PictureSource => ({
  open(intent, { everyMs, onPicture, signal }) {
    const gate = createGateKeeper({
      everyMs,
      nowMs,
      setGate: (gate) => {
        pull.setGate(gate);
      },
    });
    const clock = createSlotClock();
    let lastArrivedMs: number | undefined;
    const pull = startWatchedPull({
      ffmpeg,
      intent,
      nowMs,
      signal,
      onPicture({ images, ptsMs, arrivedMs }) {
        lastArrivedMs = arrivedMs;
        const { timeMs, isLive } = clock.observe({ ptsMs, arrivedMs });
        if (!isLive || signal.aborted) return;
        gate.follow(clock.anchorMs);
        onPicture({ images, timeMs, ptsMs, mode: FULL });
      },
    });
    return {
      change: (nextMs) => gate.change(nextMs),
      ended: pull.ended.then(({ code, isFinite, isResized, tail, command }) => ({
        code,
        lastArrivedMs,
        isFinite,
        isResized,
        tail,
        command,
      })),
    };
  },
});
