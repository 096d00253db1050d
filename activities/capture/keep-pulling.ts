import { setTimeout as sleep } from 'node:timers/promises';
import { ERRORS, type ErrorCode, type Problem } from '../../contracts/errors.js';
import type { CaptureEnd } from '../../contracts/messages.js';
import { redact } from '../../contracts/redact.js';
import type { StreamSettings } from '../../contracts/stream.js';
import type { OpenSource, OpenStart, PictureSource, SourceEnd } from '../../media/source/picture-source.js';
import { nextStep } from './reconnect.js';

export interface PullingStart extends OpenStart {
  pictures: PictureSource;
  settings: StreamSettings;
  nowMs(): number;
  /** In [0, 1). */
  random(): number;
  /** Whether the session has a picture at all. */
  hasPictures(): boolean;
  /** The source failed, and is tried again. */
  onOutage(problem: Problem, lastArrivedMs: number): void;
  /** The size of the pictures changed, which costs a new connection. */
  onResized(): void;
}

/** An open source across all its connections. */
export interface Pulling extends Pick<OpenSource, 'change'> {
  ended: Promise<PullingEnd>;
}

export interface PullingEnd extends Pick<CaptureEnd, 'problem'> {
  /** `over` where the signal ended it. */
  reason: 'over' | 'source-ended' | 'failed';
}

/** Lines of what the decoder said last that go with a problem. */
const TAIL_LINES = 5;

/** Pulls the source, again after each failure, until `signal` aborts or the source is to be given up. */
export function keepPulling(start: PullingStart): Pulling {
  const { pictures, settings, signal, onPicture, nowMs, random } = start;
  let { everyMs } = start;
  let open: OpenSource | undefined;
  return {
    change(nextMs) {
      everyMs = nextMs;
      return open?.change(nextMs) ?? 0;
    },
    ended: pullUntilOver(),
  };

  async function pullUntilOver(): Promise<PullingEnd> {
    let sinceMs = nowMs();
    let lastCode: ErrorCode | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const end = await pullOnce(lastCode === 'source-no-video' ? 'patient' : 'quick');
      if (signal.aborted) return { reason: 'over' };
      const { lastArrivedMs = sinceMs } = end;
      const hadPicture = lastArrivedMs > sinceMs;
      sinceMs = lastArrivedMs;
      if (end.isResized && !end.isFinite) {
        start.onResized();
        continue;
      }
      if (hadPicture) attempt = 1;
      lastCode = end.code;
      const problem = problemOfSource(end, settings.source);
      const outage = { ...end, sinceMs, nowMs: nowMs(), attempt, hasPictures: start.hasPictures() };
      const step = nextStep(outage, { windowMs: settings.source.reconnectWindowMs, random: random() });
      if (step.kind === 'end') return { reason: 'source-ended', problem };
      if (step.kind === 'fail') return { reason: 'failed', problem };
      start.onOutage(problem, sinceMs);
      await sleep(step.delayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async function pullOnce(probe: 'quick' | 'patient'): Promise<SourceEnd> {
    const { url, stallMs } = settings.source;
    open = pictures.open({ ...settings.capture, url, stallMs, probe }, { everyMs, onPicture, signal });
    const end = await open.ended;
    open = undefined;
    return end;
  }
}

/** What to tell an operator of a pull that failed: what happened, to which source, and how to see it by hand. */
function problemOfSource(
  { code, tail, command }: Pick<SourceEnd, 'code' | 'tail' | 'command'>,
  { url, stallMs }: StreamSettings['source'],
): Problem {
  const isSilence = code === 'source-stalled' || code === 'source-silent';
  // What ffmpeg says last of a silent source is what it says of being stopped.
  const last = isSilence ? undefined : tail.at(-1);
  const silence = isSilence ? ` for ${stallMs / 1000} s` : '';
  const message = `${redact(url)}: ${ERRORS[code].meaning}${silence}${last ? ` (ffmpeg: ${last})` : ''}; ${ERRORS[code].action}`;
  return { code, message, command, tail: tail.slice(-TAIL_LINES) };
}
