import type { Problem } from '../../contracts/errors.js';
import type { Gap, GapReason, LedgerPart } from '../../contracts/ledger.js';
import type { AppliedPolicy, Policy } from '../../contracts/stream.js';
import type { CaptureEnd, CaptureReport, CaptureSegmentInput, Cut } from '../../contracts/messages.js';
import { slotAt } from '../../contracts/slots.js';
import type { Picture, PictureSource } from '../../media/source/picture-source.js';
import { gapReasonOf } from '../../media/source/source-fault.js';
import type { Delivery } from '../delivery/deliver-frames.js';
import { createFrameAccount, type FrameAccount } from './frame-account.js';
import { frameOf } from '../frames/frame.js';
import { createHeldPictures } from './held-pictures.js';
import { keepPulling, type Pulling } from './keep-pulling.js';

export interface CaptureDeps {
  pictures: PictureSource;
  host: string;
  /** Of this host: another process of the same name is another. */
  instance: string;
  delivery: Delivery;
  /** Monotonic, on the Unix epoch. */
  nowMs(): number;
  /** In [0, 1). */
  random(): number;
  /** Called for each picture and each connection tried: the proof that the capture lives. */
  onProgress(): void;
  /** False while this host does not know whether its captures are still its own. */
  mayPublish(): boolean;
  onReport(report: CaptureReport): void;
  onGaps(gaps: Gap[]): void;
  /** The account has a new policy, which a crash must not cost. */
  onPolicy(): void;
  /** The account has moved on. */
  onAccount(account: FrameAccount): void;
}

/** Shorter flaps are healed before anybody could act on the news of them. */
const REPORT_INTERRUPTION_AFTER_MS = 2000;
/** What a delivery's end makes of its slot. */
const END_OF_SLOT = { stored: 'stored', shed: 'spool-full', 'dead-lettered': 'dead-lettered' } as const;
/** Pictures that come further apart than this are a silence of the source, not its frame rate. */
const SLOWEST_SOURCE_MS = 2000;
/** How long a picture of a slot before the cut may be on its way. */
const LATEST_PICTURE_MS = 3000;
/** A relay that no host had room for is asked for again. */
const ASK_AGAIN_AFTER_MS = 60_000;
/** Streams that started together are not to be relayed together: a segment is up to this part shorter. */
const SEGMENT_JITTER = 0.1;

/** What goes before a capture's first slot. */
export interface CaptureStart {
  /** This capture's own part, as it stood when its host was lost. */
  resumes?: LedgerPart | undefined;
  /** Where the account of the segment before it ends. */
  continues?: Cut | undefined;
}

export interface Begin {
  continues: Cut | undefined;
  policy: Policy;
  /** Why pictures are missing up to the first one; undefined where the segment before it had them till the cut. */
  missing: GapReason | undefined;
  isAway: boolean;
}

/**
 * One segment's capture on this host: it pulls, chooses a picture for each slot, hands it to delivery, and reconnects
 * when the source fails. It owns its ffmpeg; `run` resolves only when that is gone and every frame is settled.
 *
 * All pictures pass through a queue. It is held while the capture is a successor that has not begun, and while the host
 * does not know whether the capture is still its own; what it holds then is served, in order, or dropped.
 */
export class Capture {
  account: FrameAccount;
  readonly #input: CaptureSegmentInput;
  readonly #deps: CaptureDeps;
  readonly #held = createHeldPictures();
  readonly #stopping = new AbortController();
  readonly #deliveries = new Set<Promise<void>>();
  #pulling: Pulling | undefined;
  #hasBegun: boolean;
  /** The first slot that a successor has a picture for. */
  #readyFromMs: number | undefined;
  /** Why pictures are missing now; undefined while they come. */
  #missing: GapReason | undefined;
  #isReportedAway = true;
  /** When the stream is asked for a successor, for the first time or again. */
  #relayTimer: NodeJS.Timeout | undefined;
  #end: 'stopped' | 'handover' = 'stopped';
  /** The time of the last picture that was offered to the account. */
  #lastServedMs: number;

  constructor(input: CaptureSegmentInput, { resumes, continues, ...deps }: CaptureDeps & CaptureStart) {
    this.#input = input;
    this.#deps = deps;
    this.#hasBegun = !input.isSuccessor;
    this.account = createFrameAccount({
      ...input,
      host: deps.host,
      startMs: deps.nowMs(),
      ...(resumes ? { resumes } : {}),
      ...(continues ? { continues } : {}),
    });
    this.#missing = continues || resumes ? 'worker-lost' : 'source-offline';
    this.#lastServedMs = deps.nowMs();
  }

  apply(policy: Policy): AppliedPolicy {
    const opensInMs = this.#changeRate(policy);
    const applied = this.account.apply(policy, this.#deps.nowMs() + opensInMs);
    this.#deps.onPolicy();
    return applied;
  }

  /** Answers how long pictures may take to come at the new rate. */
  #changeRate({ everyMs }: Policy): number {
    return this.#pulling?.change(everyMs) ?? 0;
  }

  /** A successor's slots begin: it serves those from the cut on with the pictures that it has kept. */
  begin({ continues, policy, missing, isAway }: Begin): void {
    if (this.#hasBegun) return;
    const { host, nowMs } = this.#deps;
    const startMs = nowMs() + this.#changeRate(policy);
    this.account = createFrameAccount({ ...this.#input, host, policy, startMs, ...(continues ? { continues } : {}) });
    this.#missing = missing;
    this.#isReportedAway = isAway;
    if (continues) this.#lastServedMs = continues.untilMs;
    this.#hasBegun = true;
    this.release();
  }

  /** Ends this capture's slots; it goes on until it has the pictures of those before the cut. */
  cut(atMs: number): Cut {
    const cut = this.account.cut(atMs);
    const leftMs = cut.untilMs - this.#lastServedMs;
    const handOver = (): void => {
      this.stop('handover');
    };
    if (leftMs <= 0) handOver();
    else setTimeout(handOver, Math.max(0, cut.untilMs - this.#deps.nowMs()) + LATEST_PICTURE_MS).unref();
    return cut;
  }

  /** Another captures in its place: what it has not served yet is none of its business. */
  retire(): void {
    this.#held.clear();
    this.account.cut(0);
    this.stop('handover');
  }

  /** Ends the capture; a handover lets the stream go on elsewhere. The first call decides. */
  stop(end: 'stopped' | 'handover'): void {
    if (this.#stopping.signal.aborted) return;
    this.#end = end;
    this.#stopping.abort();
  }

  /** Tells the stream which host captures it, and at which policy; again where the stream has lost sight of it. */
  attach(): void {
    const { host, instance, onReport } = this.#deps;
    const who = { ...this.#epoch, host, instance };
    const { revision } = this.account.policy;
    if (this.#hasBegun || this.#readyFromMs === undefined) onReport({ kind: 'attached', ...who, revision });
    else onReport({ kind: 'ready', ...who, revision, firstSlotMs: this.#readyFromMs });
  }

  /** Asks the stream for a successor, until there is one. */
  wantRelay(): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#hasBegun) this.#deps.onReport({ kind: 'relay-wanted', ...this.#epoch });
    this.#wantRelayIn(ASK_AGAIN_AFTER_MS);
  }

  #wantRelayIn(ms: number): void {
    clearTimeout(this.#relayTimer);
    this.#relayTimer = setTimeout(() => {
      this.wantRelay();
    }, ms).unref();
  }

  /** Serves what is held, where nothing forbids it any more. */
  release(): void {
    for (const held of this.#held.take(() => this.#hasBegun && this.#deps.mayPublish())) this.#serve(held);
  }

  async run(): Promise<CaptureEnd> {
    const { segmentMs } = this.#input.settings;
    this.attach();
    this.#wantRelayIn(segmentMs * (1 - SEGMENT_JITTER * this.#deps.random()));
    const end = await this.#pullUntilOver();
    clearTimeout(this.#relayTimer);
    this.#closeAccount();
    await Promise.all(this.#deliveries);
    const { untilMs, timeline, counts } = this.account.part(this.#deps.nowMs());
    return { ...end, untilMs, timeline, counts };
  }

  /** Slots are due until the session ends, so an outage or a pause that lasts until then is a gap up to that moment. */
  #closeAccount(): void {
    const { limitMs, policy } = this.account;
    const reason = policy.isPaused ? 'paused' : limitMs < Infinity ? this.#missingReason(limitMs) : this.#missing;
    if (reason) this.#announce(this.account.close(Math.round(this.#deps.nowMs()), reason));
  }

  #announce(gaps: Gap[]): void {
    if (gaps.length > 0) this.#deps.onGaps(gaps);
  }

  async #pullUntilOver(): Promise<Pick<CaptureEnd, 'reason' | 'problem'>> {
    const { pictures, nowMs, random, onProgress } = this.#deps;
    this.#pulling = keepPulling({
      pictures,
      settings: this.#input.settings,
      everyMs: this.account.policy.everyMs,
      signal: this.#stopping.signal,
      nowMs,
      random,
      onPicture: (picture) => {
        this.#take(picture);
      },
      hasPictures: () => this.account.firstSlotMs !== undefined || this.#input.isSuccessor === true,
      onOutage: (problem, lastArrivedMs) => {
        onProgress();
        this.#noteOutage(problem, lastArrivedMs);
      },
      onResized: () => (this.#missing = 'decode-error'),
    });
    const { reason, ...end } = await this.#pulling.ended;
    return { ...end, reason: reason === 'over' ? this.#end : reason };
  }

  #take(picture: Picture): void {
    this.#deps.onProgress();
    this.#held.add(picture);
    this.release();
    if (this.#hasBegun || this.#readyFromMs !== undefined) return;
    this.#readyFromMs = slotAt(picture.timeMs, this.#input.policy.everyMs);
    this.attach();
  }

  #serve(picture: Picture): void {
    const { timeMs } = picture;
    const { slot, gaps } = this.account.offer(timeMs, this.#missingReason(timeMs));
    this.#lastServedMs = timeMs;
    this.#missing = undefined;
    this.#announce(gaps);
    if (slot)
      this.#deliver(frameOf({ ...this.#input, ...slot, picture, sizes: this.#input.settings.capture.sizes }), picture);
    if (timeMs >= this.account.limitMs) this.stop('handover');
    if (!this.#isReportedAway) return;
    this.#isReportedAway = false;
    const atMs = Math.round(timeMs);
    this.#deps.onReport({ kind: 'capturing', ...this.#epoch, atMs, firstSlotMs: this.account.firstSlotMs ?? atMs });
  }

  /** Why no picture came for the slots since the last one. */
  #missingReason(timeMs: number): GapReason {
    if (this.#missing) return this.#missing;
    return timeMs - this.#lastServedMs > SLOWEST_SOURCE_MS ? 'source-stalled' : 'rate-infeasible';
  }

  #deliver(frame: ReturnType<typeof frameOf>, picture: Picture): void {
    const { slotMs, everyMs } = frame;
    const images = picture.images.map(({ bytes }) => bytes);
    const { onProgress: onAttempt } = this.#deps;
    const delivery = this.#deps.delivery.deliver(frame, { images, onAttempt }).then((outcome) => {
      const end = END_OF_SLOT[outcome];
      this.account.settle(slotMs, end);
      if (end !== 'stored') this.#deps.onGaps([{ fromSlotMs: slotMs, toSlotMs: slotMs, everyMs, reason: end }]);
      this.#deps.onAccount(this.account);
    });
    this.#deliveries.add(delivery);
    void delivery.finally(() => this.#deliveries.delete(delivery)).catch(() => undefined); // `run` awaits it too.
  }

  #noteOutage(problem: Problem, lastArrivedMs: number): void {
    this.#missing = gapReasonOf(problem.code);
    if (!this.#hasBegun) return;
    if (this.account.firstSlotMs === undefined) {
      this.#deps.onReport({ kind: 'waiting', ...this.#epoch, atMs: Math.round(this.#deps.nowMs()), problem });
      return;
    }
    const servedMs = this.#lastServedMs;
    const reportInMs = Math.max(0, lastArrivedMs + REPORT_INTERRUPTION_AFTER_MS - this.#deps.nowMs());
    setTimeout(() => {
      if (this.#isReportedAway || this.#lastServedMs > servedMs || this.#stopping.signal.aborted) return;
      this.#isReportedAway = true;
      this.#deps.onReport({ kind: 'interrupted', ...this.#epoch, atMs: Math.round(lastArrivedMs), problem });
    }, reportInMs).unref();
  }

  get #epoch(): { epoch: number } {
    return { epoch: this.#input.epoch };
  }
}
