import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode, Problem } from '../../contracts/errors.js';
import type { CaptureEnd } from '../../contracts/messages.js';
import type { StreamSettings } from '../../contracts/stream.js';
import type { Picture } from '../../media/source/pull.js';
import { createSlotClock, type SlotClock } from '../../media/source/slot-clock.js';
import { startWatchedPull, type WatchedEnd } from '../../media/source/watched-pull.js';
import type { GateKeeper } from '../../media/source/gate-keeper.js';
import { problemOfSource } from './problem-of-source.js';
import { nextStep } from './reconnect.js';

interface PullingStart {
  ffmpeg: string;
  settings: StreamSettings;
  gate: GateKeeper;
  /** Ends it at once. */
  over: AbortSignal;
  nowMs(): number;
  /** In [0, 1). */
  random(): number;
  onPicture(picture: Picture, clock: SlotClock): void;
  /** Whether the session has a picture at all. */
  hasPictures(): boolean;
  /** The source failed, and is tried again. */
  onOutage(problem: Problem, lastArrivedMs: number): void;
  /** The size of the pictures changed, which costs a new connection. */
  onResized(): void;
}

/** Pulls the source, again after each failure, until `over` aborts or the source is to be given up. */
export async function keepPulling(start: PullingStart): Promise<Pick<CaptureEnd, 'problem'> & { reason: PullingEnd }> {
  const { settings, over, nowMs, random } = start;
  let lastArrivedMs = nowMs();
  let lastCode: ErrorCode | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const sinceMs = lastArrivedMs;
    const end = await pullOnce(start, {
      isPatient: lastCode === 'source-no-video',
      onArrival: (arrivedMs) => (lastArrivedMs = arrivedMs),
    });
    if (over.aborted) return { reason: 'over' };
    if (end.isResized && !end.isFinite) {
      start.onResized();
      continue;
    }
    if (lastArrivedMs > sinceMs) attempt = 1;
    lastCode = end.code;
    const problem = problemOfSource(end, settings.source);
    const outage = { ...end, sinceMs: lastArrivedMs, nowMs: nowMs(), attempt, hasPictures: start.hasPictures() };
    const step = nextStep(outage, { windowMs: settings.source.reconnectWindowMs, random: random() });
    if (step.kind === 'end') return { reason: 'source-ended', problem };
    if (step.kind === 'fail') return { reason: 'failed', problem };
    start.onOutage(problem, lastArrivedMs);
    await sleep(step.delayMs, undefined, { signal: over }).catch(() => undefined);
  }
}

export type PullingEnd = 'over' | 'source-ended' | 'failed';

async function pullOnce(
  { ffmpeg, settings: { source, capture }, gate, over, nowMs, onPicture }: PullingStart,
  { isPatient, onArrival }: { isPatient: boolean; onArrival(arrivedMs: number): void },
): Promise<WatchedEnd> {
  const clock = createSlotClock();
  const pull = startWatchedPull({
    ffmpeg,
    intent: { ...capture, url: source.url, stallMs: source.stallMs, probe: isPatient ? 'patient' : 'quick' },
    nowMs,
    onPicture: (picture) => {
      onArrival(picture.arrivedMs);
      onPicture(picture, clock);
    },
    signal: over,
  });
  gate.attach(pull);
  const end = await pull.ended;
  gate.attach(undefined);
  return end;
}
