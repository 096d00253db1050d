import { defined } from '../../contracts/defined.js';
import type { Gap } from '../../contracts/ledger.js';
import type { AppliedPolicy, Policy } from '../../contracts/stream.js';
import type { CaptureEnd, CaptureSegmentInput, Cut } from '../../contracts/messages.js';
import { slotAt, type Slot } from '../../contracts/slots.js';
import type { Picture } from '../../media/source/picture-source.js';
import type { Begin, CaptureDeps, CaptureStart } from './capture-deps.js';
import {
  closingReason,
  missingReason,
  newCapture,
  step,
  type CaptureEvent,
  type CaptureState,
  type Ending,
} from './capture-state.js';
import { createFrameAccount, type FrameAccount } from './frame-account.js';
import { frameOf } from '../frames/frame.js';
import { createHeldPictures } from './held-pictures.js';
import { keepPulling, type Pulling, type PullingEnd } from './keep-pulling.js';

/** What a delivery's end makes of its slot. */
const END_OF_SLOT = { stored: 'stored', shed: 'spool-full', 'dead-lettered': 'dead-lettered' } as const;
/** A relay that no host had room for is asked for again. */
const ASK_AGAIN_AFTER_MS = 60_000;
/** Streams that started together are not to be relayed together: a segment is up to this part shorter. */
const SEGMENT_JITTER = 0.1;

/**
 * One segment's capture on this host: it opens the source, chooses a picture for each slot, hands it to delivery, and
 * reconnects when the source fails. `run` resolves only when the source is closed and every frame is settled. What is
 * decided of all that is in `capture-state.ts`; this is what is done.
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
  #state: CaptureState;
  #pulling: Pulling | undefined;
  /** When the stream is asked for a successor, for the first time or again. */
  #relayTimer: NodeJS.Timeout | undefined;

  constructor(input: CaptureSegmentInput, { resumes, continues, ...deps }: CaptureDeps & CaptureStart) {
    const nowMs = deps.nowMs();
    this.#input = input;
    this.#deps = deps;
    this.account = createFrameAccount({
      ...input,
      ...defined({ resumes, continues }),
      host: deps.host,
      startMs: nowMs,
    });
    this.#state = newCapture({
      who: { epoch: input.epoch, host: deps.host, instance: deps.instance },
      isSuccessor: input.isSuccessor === true,
      hasAccount: (resumes ?? continues) !== undefined,
      nowMs,
    });
  }

  apply(policy: Policy): AppliedPolicy {
    const opensInMs = this.#changeRate(policy);
    const applied = this.account.apply(policy, this.#deps.nowMs() + opensInMs);
    this.#deps.onPolicy();
    return applied;
  }

  /** A successor's slots begin: it serves those from the cut on with the pictures that it has kept. */
  begin({ continues, policy, missing, isAway }: Begin): void {
    if (this.#isServing) return;
    const { host, nowMs } = this.#deps;
    const startMs = nowMs() + this.#changeRate(policy);
    this.account = createFrameAccount({ ...this.#input, ...defined({ continues }), host, policy, startMs });
    this.#note({ kind: 'begun', missing, isAway, fromMs: continues?.untilMs });
    this.release();
  }

  /** Ends this capture's slots; it goes on until it has the pictures of those before the cut. */
  cut(atMs: number): Cut {
    const cut = this.account.cut(atMs);
    this.#note({ kind: 'cut', untilMs: cut.untilMs, nowMs: this.#deps.nowMs() });
    return cut;
  }

  /** Another captures in its place: what it has not served yet is none of its business, unless it was cut further on. */
  retire(): void {
    if (this.account.limitMs < Infinity) return;
    this.#held.clear();
    this.account.cut(0);
    this.stop('handover');
  }

  /** Ends the capture; a handover lets the stream go on elsewhere. The first call decides. */
  stop(ending: Ending): void {
    this.#note({ kind: 'end', ending });
  }

  /** Tells the stream which host captures it, and at which policy; again where the stream has lost sight of it. */
  attach(): void {
    this.#note({ kind: 'attach', revision: this.account.policy.revision });
  }

  /** Asks the stream for a successor, until there is one. */
  wantRelay(): void {
    if (this.#stopping.signal.aborted) return;
    this.#note({ kind: 'relay-due' });
    this.#wantRelayIn(ASK_AGAIN_AFTER_MS);
  }

  /** Serves what is held, where nothing forbids it any more. */
  release(): void {
    for (const picture of this.#held.take(() => this.#isServing && this.#deps.mayPublish())) this.#serve(picture);
  }

  async run(): Promise<CaptureEnd> {
    const { segmentMs } = this.#input.settings;
    this.attach();
    this.#wantRelayIn(segmentMs * (1 - SEGMENT_JITTER * this.#deps.random()));
    const { reason, ...end } = await this.#pullUntilOver();
    clearTimeout(this.#relayTimer);
    this.#closeAccount();
    await Promise.all(this.#deliveries);
    const { untilMs, timeline, counts } = this.account.part(this.#deps.nowMs());
    return {
      ...end,
      reason: reason === 'over' ? (this.#state.ending ?? 'stopped') : reason,
      untilMs,
      timeline,
      counts,
    };
  }

  #pullUntilOver(): Promise<PullingEnd> {
    const { pictures, nowMs, random, onProgress } = this.#deps;
    this.#pulling = keepPulling({
      pictures,
      settings: this.#input.settings,
      everyMs: this.account.policy.everyMs,
      signal: this.#stopping.signal,
      nowMs,
      random,
      onPicture: (picture) => {
        onProgress();
        this.#take(picture);
      },
      hasPictures: () => this.account.firstSlotMs !== undefined || this.#input.isSuccessor === true,
      onOutage: (problem, lastArrivedMs) => {
        onProgress();
        const hasPictures = this.account.firstSlotMs !== undefined;
        this.#note({ kind: 'failed', problem, lastArrivedMs, hasPictures, nowMs: nowMs() });
      },
      onResized: () => {
        this.#note({ kind: 'resized' });
      },
    });
    return this.#pulling.ended;
  }

  #take(picture: Picture): void {
    this.#held.add(picture);
    this.release();
    const slotMs = slotAt(picture.timeMs, this.#input.policy.everyMs);
    this.#note({ kind: 'arrived', slotMs, revision: this.account.policy.revision });
  }

  #serve(picture: Picture): void {
    const { timeMs } = picture;
    this.#noteFreeze();
    const { slot, gaps } = this.account.offer(timeMs, missingReason(this.#state, timeMs));
    this.#announce(gaps);
    if (slot) this.#deliver(slot, picture);
    const { firstSlotMs, limitMs } = this.account;
    this.#note({ kind: 'served', timeMs, firstSlotMs, limitMs });
  }

  #deliver(slot: Slot, picture: Picture): void {
    const { slotMs, everyMs } = slot;
    const frame = frameOf({ ...this.#input, ...slot, picture, sizes: this.#input.settings.capture.sizes });
    const images = picture.images.map(({ bytes }) => bytes);
    const { onProgress: onAttempt } = this.#deps;
    const delivery = this.#deps.delivery.deliver(frame, { images, onAttempt }).then((outcome) => {
      const end = END_OF_SLOT[outcome];
      this.account.settle(slotMs, end);
      if (end !== 'stored') this.#deps.onGaps([{ fromSlotMs: slotMs, toSlotMs: slotMs, everyMs, reason: end }]);
      this.#deps.onAccount();
    });
    this.#deliveries.add(delivery);
    void delivery.finally(() => this.#deliveries.delete(delivery)).catch(() => undefined); // `run` awaits it too.
  }

  #closeAccount(): void {
    const { limitMs, policy } = this.account;
    this.#noteFreeze();
    const reason = closingReason(this.#state, { limitMs, isPaused: policy.isPaused });
    if (reason) this.#announce(this.account.close(Math.round(this.#deps.nowMs()), reason));
  }

  #noteFreeze(): void {
    const freeze = this.#deps.lastFreeze();
    if (freeze && freeze !== this.#state.freeze) this.#note({ kind: 'thawed', freeze });
  }

  #announce(gaps: Gap[]): void {
    if (gaps.length > 0) this.#deps.onGaps(gaps);
  }

  /** Answers how long pictures may take to come at the new rate. */
  #changeRate({ everyMs }: Policy): number {
    return this.#pulling?.change(everyMs) ?? 0;
  }

  #wantRelayIn(ms: number): void {
    clearTimeout(this.#relayTimer);
    this.#relayTimer = setTimeout(() => {
      this.wantRelay();
    }, ms).unref();
  }

  get #isServing(): boolean {
    return this.#state.phase.kind === 'serving';
  }

  /** Does what follows from an event. */
  #note(event: CaptureEvent): void {
    const { state, effects } = step(this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect.kind === 'report') this.#deps.onReport(effect.report);
      else if (effect.kind === 'end') this.#stopping.abort();
      else setTimeout(() => this.#note(effect.event), effect.inMs).unref();
    }
  }
}
