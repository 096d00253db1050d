import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode, Problem } from '../../contracts/errors.js';
import type { Gap, GapReason, LedgerPart } from '../../contracts/ledger.js';
import type { AppliedPolicy, Policy } from '../../contracts/stream.js';
import type { CaptureEnd, CaptureReport, CaptureSegmentInput } from '../../contracts/messages.js';
import type { Picture } from '../../media/pull.js';
import { createSlotClock, type SlotClock } from '../../media/slot-clock.js';
import { gapReasonOf } from '../../media/source-fault.js';
import { startWatchedPull, type WatchedEnd } from '../../media/watched-pull.js';
import type { Delivery } from './deliver-frames.js';
import { createFrameAccount, type FrameAccount } from './frame-account.js';
import { frameOf } from './frame.js';
import { createGateKeeper, type GateKeeper } from './gate-keeper.js';
import { problemOfSource } from './problem-of-source.js';
import { nextStep } from './reconnect.js';

export interface CaptureDeps {
  ffmpeg: string;
  host: string;
  delivery: Delivery;
  /** Monotonic, on the Unix epoch. */
  nowMs(): number;
  /** In [0, 1). */
  random(): number;
  /** Called for each picture and each connection tried: the proof that the capture lives. */
  onProgress(): void;
  onReport(report: CaptureReport): void;
  onGaps(gaps: Gap[]): void;
  /** The account has moved on. */
  onAccount(account: FrameAccount): void;
}

/** Shorter flaps are healed before anybody could act on the news of them. */
const REPORT_INTERRUPTION_AFTER_MS = 2000;
/** Pictures that come further apart than this are a silence of the source, not its frame rate. */
const SLOWEST_SOURCE_MS = 2000;

/**
 * One segment's capture on this host: it pulls, chooses a picture for each slot, hands it to delivery, and reconnects
 * when the source fails. It owns its ffmpeg; `run` resolves only when that is gone and every frame is settled.
 */
export class Capture {
  readonly account: FrameAccount;
  readonly #input: CaptureSegmentInput;
  readonly #deps: CaptureDeps;
  readonly #gate: GateKeeper;
  readonly #stopping = new AbortController();
  readonly #deliveries = new Set<Promise<void>>();
  /** Why pictures are missing now; undefined while they come. */
  #missing: GapReason | undefined;
  #isReportedAway = true;
  #end: 'stopped' | 'handover' = 'stopped';
  #lastPicture: { arrivedMs: number; timeMs: number };

  constructor(input: CaptureSegmentInput, deps: CaptureDeps & { resumes?: LedgerPart | undefined }) {
    this.#input = input;
    this.#deps = deps;
    this.account = createFrameAccount({
      ...input,
      host: deps.host,
      startMs: deps.nowMs(),
      ...(deps.resumes ? { resumes: deps.resumes } : {}),
    });
    this.#missing = input.continues || deps.resumes ? 'worker-lost' : 'source-offline';
    this.#gate = createGateKeeper({ everyMs: input.policy.everyMs, nowMs: () => deps.nowMs() });
    this.#lastPicture = { arrivedMs: deps.nowMs(), timeMs: deps.nowMs() };
  }

  apply(policy: Policy): AppliedPolicy {
    const opensInMs = this.#gate.change(policy.everyMs);
    return this.account.apply(policy, this.#deps.nowMs() + opensInMs);
  }

  /** Ends the capture; a handover lets the stream go on elsewhere. The first call decides. */
  stop(end: 'stopped' | 'handover'): void {
    if (this.#stopping.signal.aborted) return;
    this.#end = end;
    this.#stopping.abort();
  }

  /** Tells the stream which host captures it, and at which policy; again where the stream has lost sight of it. */
  attach(): void {
    const { host, onReport } = this.#deps;
    onReport({ kind: 'attached', ...this.#epoch, host, revision: this.account.policy.revision });
  }

  async run(): Promise<CaptureEnd> {
    const { account } = this;
    this.attach();
    const end = await this.#pullUntilOver();
    this.#closeAccount();
    await Promise.all(this.#deliveries);
    const { untilMs, timeline, counts } = account.part(this.#deps.nowMs());
    return { ...end, untilMs, timeline, counts };
  }

  /** Slots are due until the session ends, so an outage or a pause that lasts until then is a gap up to that moment. */
  #closeAccount(): void {
    const reason = this.account.policy.isPaused ? 'paused' : this.#missing;
    if (reason) this.#announce(this.account.close(Math.round(this.#deps.nowMs()), reason));
  }

  #announce(gaps: Gap[]): void {
    if (gaps.length > 0) this.#deps.onGaps(gaps);
  }

  async #pullUntilOver(): Promise<Pick<CaptureEnd, 'reason' | 'problem'>> {
    const { segmentMs } = this.#input.settings;
    const segmentOver = AbortSignal.timeout(segmentMs);
    const over = AbortSignal.any([segmentOver, this.#stopping.signal]);
    let lastCode: ErrorCode | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const { arrivedMs } = this.#lastPicture;
      const end = await this.#pull({ signal: over, probe: lastCode === 'source-no-video' ? 'patient' : 'quick' });
      if (this.#stopping.signal.aborted) return { reason: this.#end };
      if (segmentOver.aborted) return { reason: 'segment-over' };
      if (end.isResized && !end.isFinite) {
        this.#missing = 'decode-error';
        continue;
      }
      if (this.#lastPicture.arrivedMs > arrivedMs) attempt = 1;
      lastCode = end.code;
      const problem = problemOfSource(end, this.#input.settings.source);
      const step = this.#nextStep(end, attempt);
      if (step.kind === 'end') return { reason: 'source-ended', problem };
      if (step.kind === 'fail') return { reason: 'failed', problem };
      this.#deps.onProgress();
      this.#noteOutage(problem);
      await sleep(step.delayMs, undefined, { signal: over }).catch(() => undefined);
    }
  }

  async #pull({ signal, probe }: { signal: AbortSignal; probe: 'quick' | 'patient' }): Promise<WatchedEnd> {
    const { source, capture } = this.#input.settings;
    const clock = createSlotClock();
    const pull = startWatchedPull({
      ffmpeg: this.#deps.ffmpeg,
      intent: { ...capture, url: source.url, stallMs: source.stallMs, probe },
      nowMs: () => this.#deps.nowMs(),
      onPicture: (picture) => {
        this.#take(picture, clock);
      },
      signal,
    });
    this.#gate.attach(pull);
    const end = await pull.ended;
    this.#gate.attach(undefined);
    return end;
  }

  #take(picture: Picture, clock: SlotClock): void {
    this.#deps.onProgress();
    const { timeMs, isLive } = clock.observe(picture);
    if (!isLive) return;
    this.#gate.follow(clock.anchorMs);
    const { slot, gaps } = this.account.offer(timeMs, this.#missingReason(timeMs));
    this.#lastPicture = { arrivedMs: picture.arrivedMs, timeMs };
    this.#missing = undefined;
    this.#announce(gaps);
    if (slot)
      this.#deliver(
        frameOf({ ...this.#input, ...slot, timeMs, picture, sizes: this.#input.settings.capture.sizes }),
        picture,
      );
    if (!this.#isReportedAway) return;
    this.#isReportedAway = false;
    const atMs = Math.round(timeMs);
    this.#deps.onReport({ kind: 'capturing', ...this.#epoch, atMs, firstSlotMs: this.account.firstSlotMs ?? atMs });
  }

  /** Why no picture came for the slots since the last one. */
  #missingReason(timeMs: number): GapReason {
    if (this.#missing) return this.#missing;
    return timeMs - this.#lastPicture.timeMs > SLOWEST_SOURCE_MS ? 'source-stalled' : 'rate-infeasible';
  }

  #deliver(frame: ReturnType<typeof frameOf>, picture: Picture): void {
    const { slotMs, everyMs } = frame;
    const images = picture.images.map(({ jpeg }) => jpeg);
    const { onProgress: onAttempt } = this.#deps;
    const delivery = this.#deps.delivery.deliver(frame, { images, onAttempt }).then((outcome) => {
      this.account.settle(slotMs, outcome === 'stored' ? 'stored' : 'spool-full');
      if (outcome === 'shed')
        this.#deps.onGaps([{ fromSlotMs: slotMs, toSlotMs: slotMs, everyMs, reason: 'spool-full' }]);
      this.#deps.onAccount(this.account);
    });
    this.#deliveries.add(delivery);
    void delivery.finally(() => this.#deliveries.delete(delivery)).catch(() => undefined); // `run` awaits it too.
  }

  #nextStep(end: WatchedEnd, attempt: number): ReturnType<typeof nextStep> {
    const { nowMs, random } = this.#deps;
    const hasPictures = this.account.firstSlotMs !== undefined;
    const outage = { ...end, sinceMs: this.#lastPicture.arrivedMs, nowMs: nowMs(), attempt, hasPictures };
    return nextStep(outage, { windowMs: this.#input.settings.source.reconnectWindowMs, random: random() });
  }

  #noteOutage(problem: Problem): void {
    this.#missing = gapReasonOf(problem.code);
    if (this.account.firstSlotMs === undefined) {
      this.#deps.onReport({ kind: 'waiting', ...this.#epoch, atMs: Math.round(this.#deps.nowMs()), problem });
      return;
    }
    const { arrivedMs } = this.#lastPicture;
    const reportInMs = Math.max(0, arrivedMs + REPORT_INTERRUPTION_AFTER_MS - this.#deps.nowMs());
    setTimeout(() => {
      if (this.#isReportedAway || this.#lastPicture.arrivedMs > arrivedMs || this.#stopping.signal.aborted) return;
      this.#isReportedAway = true;
      this.#deps.onReport({ kind: 'interrupted', ...this.#epoch, atMs: Math.round(arrivedMs), problem });
    }, reportInMs).unref();
  }

  get #epoch(): { epoch: number } {
    return { epoch: this.#input.epoch };
  }
}
