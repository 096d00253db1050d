import type { Gap, GapReason, LedgerPart } from '../../contracts/ledger.js';
import type { SessionRef } from '../../contracts/keys.js';
import type { Cut } from '../../contracts/messages.js';
import {
  addSlot,
  dueRuns,
  rateAt,
  slotAfter,
  slotAt,
  slotFrom,
  slotsOf,
  withRate,
  type RatePoint,
  type Slot,
  type SlotRun,
} from '../../contracts/slots.js';
import type { AppliedPolicy, Policy } from '../../contracts/stream.js';
import { openSlot } from './open-slot.js';

/**
 * What became of each due slot of one capture. Slots enter in order, pending until their frame is delivered or given
 * up; the ledger part covers all that lies before the first pending one, so what it says is final.
 */
export interface FrameAccount {
  readonly firstSlotMs: number | undefined;
  readonly policy: Policy;
  /** The last answer of `apply`. */
  readonly applied: { policy: Policy; fromSlotMs: number | null };
  /** Small enough for a heartbeat. */
  readonly progress: {
    lastSlotMs: number;
    stored: number;
    gaps: number;
    pending: number;
    revision: number;
    everyMs: number;
  };
  /**
   * Takes the slot that a picture of this time serves: the first one without a picture whose window has not passed, even
   * where another rate rules by now. Slots jumped over become gaps.
   */
  offer(timeMs: number, missingReason: GapReason): { slot: Slot | undefined; gaps: Gap[] };
  /** The end of a slot that `offer` gave out. */
  settle(slotMs: number, outcome: 'stored' | GapReason): void;
  /** The new policy rules from its first slot after `atMs`. */
  apply(policy: Policy, atMs: number): AppliedPolicy;
  /**
   * Ends the account at the first slot from `atMs` on that no picture has served, and answers which that is: the slots
   * from there on are another's. `offer` takes none of them any more, and `close` accounts for none.
   */
  cut(atMs: number): Cut;
  /** Where it was cut; infinity where it was not. */
  readonly limitMs: number;
  /** Accounts for the slots before `untilMs` that no picture served, and ends the account there. */
  close(untilMs: number, missingReason: GapReason): Gap[];
  part(nowMs: number): LedgerPart;
}

interface Entry extends Slot {
  outcome: 'pending' | 'stored' | GapReason;
}

export interface AccountStart {
  session: SessionRef;
  epoch: number;
  host: string;
  policy: Policy;
  /** When this capture began to be: a policy that was changed while none ran rules from then on. */
  startMs: number;
  /** Where the account of the capture that this one continues ends; what is due from there on is ours. */
  continues?: Cut;
  /** This capture's own part, as it stood when its host was lost. */
  resumes?: LedgerPart;
}

export function createFrameAccount({
  session,
  epoch,
  host,
  policy: firstPolicy,
  startMs,
  continues,
  resumes,
}: AccountStart): FrameAccount {
  let policy = firstPolicy;
  let appliedFromMs: number | null = null;
  let lastSlotMs = 0;
  const tally = { stored: resumes?.counts.stored ?? 0, gaps: resumes?.counts.gaps ?? 0 };
  let timeline = resumes?.timeline ?? (continues ? timelineFrom(continues) : []);
  let limitMs = Infinity;
  let fromMs = resumes?.fromMs ?? continues?.untilMs;
  let accountedMs = resumes?.untilMs ?? continues?.untilMs ?? 0;
  let finalMs = accountedMs;
  const stored: SlotRun[] = resumes?.stored ?? [];
  const gaps: Gap[] = resumes?.gaps ?? [];
  const entries: Entry[] = [];
  const pending = new Map<number, Entry>();
  // A part of our own may know a later policy than our input, and the stream tells us again what it wants.
  if (!resumes && timeline.length > 0 && !isAtRate(timeline, firstPolicy)) apply(firstPolicy, startMs);

  return {
    get firstSlotMs() {
      return fromMs;
    },
    get policy() {
      return policy;
    },
    get applied() {
      return { policy, fromSlotMs: appliedFromMs };
    },
    get progress() {
      const { revision, everyMs } = policy;
      return { lastSlotMs, ...tally, pending: pending.size, revision, everyMs };
    },
    offer(timeMs, missingReason) {
      if (limitMs === 0) return { slot: undefined, gaps: [] };
      if (timeline.length === 0) timeline = [ratePoint(policy, slotAt(timeMs, policy.everyMs))];
      const slot = openSlot(timeline, { accountedMs, timeMs });
      if (!slot || slot.slotMs >= limitMs) return { slot: undefined, gaps: [] };
      const { slotMs } = slot;
      const missed = fromMs === undefined ? [] : miss(slotMs, missingReason);
      fromMs ??= slotMs;
      enter({ ...slot, outcome: 'pending' });
      accountedMs = slotMs + 1;
      lastSlotMs = slotMs;
      return { slot, gaps: missed };
    },
    settle(slotMs, outcome) {
      const entry = pending.get(slotMs);
      if (!entry) return;
      entry.outcome = outcome;
      pending.delete(slotMs);
      moveFinal();
    },
    apply,
    get limitMs() {
      return limitMs;
    },
    cut(atMs) {
      if (fromMs === undefined) limitMs = 0;
      else limitMs = Math.min(limitMs, slotFrom(Math.max(atMs, accountedMs), rateAt(timeline, accountedMs).everyMs));
      return { untilMs: limitMs, timeline };
    },
    close(endMs, missingReason) {
      const untilMs = Math.min(endMs, limitMs);
      if (fromMs === undefined || untilMs <= accountedMs) return [];
      const missed = miss(untilMs, missingReason);
      accountedMs = untilMs;
      moveFinal();
      return missed;
    },
    part(nowMs) {
      return {
        version: 1,
        ...session,
        epoch,
        host,
        fromMs: fromMs ?? 0,
        untilMs: finalMs,
        timeline,
        stored,
        gaps,
        counts: { due: tally.stored + tally.gaps, ...tally },
        updatedAtMs: nowMs,
      };
    },
  };

  function apply(next: Policy, atMs: number): AppliedPolicy {
    const before = policy;
    policy = next;
    if (fromMs === undefined) {
      timeline = [];
      appliedFromMs = null;
      return { ...next, fromSlotMs: null };
    }
    const sinceMs = Math.max(atMs, accountedMs - 1);
    const changeMs = Math.min(slotAfter(sinceMs, before.everyMs), slotAfter(sinceMs, next.everyMs));
    timeline = withRate(timeline, ratePoint(next, changeMs));
    appliedFromMs = Math.ceil(changeMs / next.everyMs) * next.everyMs;
    return { ...next, fromSlotMs: appliedFromMs };
  }

  function miss(untilMs: number, reason: GapReason): Gap[] {
    return dueRuns(timeline, { fromMs: accountedMs, untilMs }).map(({ isPaused, ...run }) => {
      const gap: Gap = { ...run, reason: isPaused ? 'paused' : reason };
      for (const slotMs of slotsOf(run)) enter({ slotMs, everyMs: run.everyMs, outcome: gap.reason });
      return gap;
    });
  }

  function enter(entry: Entry): void {
    entries.push(entry);
    if (entry.outcome === 'pending') pending.set(entry.slotMs, entry);
    else moveFinal();
  }

  function moveFinal(): void {
    for (let head = entries[0]; head && head.outcome !== 'pending'; head = entries[0]) {
      const run = { fromSlotMs: head.slotMs, toSlotMs: head.slotMs, everyMs: head.everyMs };
      tally[head.outcome === 'stored' ? 'stored' : 'gaps'] += 1;
      if (head.outcome === 'stored') addSlot(stored, run);
      else addSlot(gaps, { ...run, reason: head.outcome });
      finalMs = head.slotMs + 1;
      entries.shift();
    }
    if (entries.length === 0) finalMs = Math.max(finalMs, accountedMs);
  }
}

/** The rates from the end of the account before on; one may be for later. */
const timelineFrom = ({ timeline, untilMs }: Cut): RatePoint[] =>
  timeline.filter((_, index) => (timeline[index + 1]?.fromMs ?? Infinity) > untilMs);

const isAtRate = (timeline: readonly RatePoint[], { everyMs, isPaused }: Policy): boolean =>
  timeline.at(-1)?.everyMs === everyMs && timeline.at(-1)?.isPaused === isPaused;

const ratePoint = ({ everyMs, isPaused }: Policy, fromMs: number): RatePoint => ({ fromMs, everyMs, isPaused });
