import { problemOf } from '../../contracts/errors.js';
import { FULL } from '../../contracts/picture.js';
import { redact } from '../../contracts/redact.js';
import type { SourceGateway, SourceRoute } from '../../contracts/source-route.js';
import { captureConfinement } from '../confinement.js';
import { createGateKeeper } from './gate-keeper.js';
import type { PictureSource, SourceEnd } from './picture-source.js';
import { createSlotClock } from './slot-clock.js';
import { startWatchedPull, type WatchedPull } from './watched-pull.js';

interface ProcessDeps {
  ffmpeg: string;
  gateway: SourceGateway;
  /** Monotonic, on the Unix epoch. */
  nowMs(): number;
}

/** One ffmpeg for each open source: it decodes all that comes, and its gate lets pass what slots need. */
export const oneProcess = ({ ffmpeg, gateway, nowMs }: ProcessDeps): PictureSource => ({
  open(intent, { everyMs, onPicture, signal }) {
    let pull: WatchedPull | undefined;
    const gate = createGateKeeper({
      everyMs,
      nowMs,
      setGate: (gate) => {
        pull?.setGate(gate);
      },
    });
    const clock = createSlotClock();
    let lastArrivedMs: number | undefined;

    async function run(): Promise<SourceEnd> {
      const [route, within] = await Promise.all([gateway.open(intent.url), captureConfinement()]);
      try {
        return await pullThrough(route, within);
      } finally {
        route.close();
      }
    }

    async function pullThrough(route: SourceRoute, within: readonly string[]): Promise<SourceEnd> {
      pull = startWatchedPull({
        ffmpeg,
        intent,
        route,
        within,
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
      const { code, hadPicture, isFinite, isResized, tail, command } = await pull.ended;
      const fault = hadPicture ? undefined : route.fault();
      const said = fault ? [...tail, redact(fault.message)] : tail;
      return { code: fault?.code ?? code, lastArrivedMs, isFinite, isResized, tail: said, command };
    }

    return { change: (nextMs) => gate.change(nextMs), ended: run().catch(endOfNone) };
  },
});

/** No process was started. */
function endOfNone(error: unknown): SourceEnd {
  const { code = 'source-failed', message = String(error) } = problemOf(error) ?? {};
  return { code, lastArrivedMs: undefined, isFinite: false, isResized: false, tail: [redact(message)], command: '' };
}
