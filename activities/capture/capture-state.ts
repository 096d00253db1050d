import type { Problem } from '../../contracts/errors.js';
import type { GapReason } from '../../contracts/ledger.js';
import type { CaptureReport, HostInstance } from '../../contracts/messages.js';
import type { Freeze } from '../host/freeze-watch.js';
import { gapReasonOf } from '../../media/source/source-fault.js';

/**
 * How a capture stands between its source, its account and its stream, without any of them: it is told what happens and
 * answers what is to be done.
 *
 * held -> ready -> serving, where a segment that follows none serves from the beginning.
 */
export interface CaptureState {
  who: HostInstance & { epoch: number };
  /** A successor keeps its pictures until it begins; it is ready once it has one. */
  phase: { kind: 'held' } | { kind: 'ready'; firstSlotMs: number } | { kind: 'serving' };
  /** Why pictures are missing now; undefined while they come. */
  missing: GapReason | undefined;
  /** The stream knows of no picture, or has been told that none come. */
  isAway: boolean;
  /** The time of the last picture that was offered to the account. */
  lastServedMs: number;
  /** When the process of this host last did not run. */
  freeze?: Freeze;
  /** How it ends, once that is decided. */
  ending?: Ending;
}

/** A handover lets the stream go on elsewhere. */
export type Ending = 'stopped' | 'handover';

export type CaptureEvent =
  /** The stream is to know which host captures it; again where it has lost sight of it. */
  | { kind: 'attach'; revision: number }
  /** A picture came that serves this slot, or waits. */
  | { kind: 'arrived'; slotMs: number; revision: number }
  /** A successor's slots begin; `fromMs` is where the segment before it ends. */
  | { kind: 'begun'; missing: GapReason | undefined; isAway: boolean; fromMs: number | undefined }
  /** A picture was offered to the account, which begins at `firstSlotMs` and was cut at `limitMs`. */
  | { kind: 'served'; timeMs: number; firstSlotMs: number | undefined; limitMs: number }
  /** The source failed and is tried again. */
  | { kind: 'failed'; problem: Problem; lastArrivedMs: number; hasPictures: boolean; nowMs: number }
  /** A failure is old enough to be told, unless pictures came since. */
  | { kind: 'flap-over'; problem: Problem; lastArrivedMs: number; servedMs: number }
  | { kind: 'resized' }
  /** The process of this host runs again. */
  | { kind: 'thawed'; freeze: Freeze }
  /** The segment is over, or its host is to stop. */
  | { kind: 'relay-due' }
  /** The slots from `untilMs` on are the successor's. */
  | { kind: 'cut'; untilMs: number; nowMs: number }
  | { kind: 'end'; ending: Ending };

export type CaptureEffect =
  | { kind: 'report'; report: CaptureReport }
  /** What happens then, unless the state says otherwise by then. */
  | { kind: 'later'; inMs: number; event: CaptureEvent }
  | { kind: 'end' };

export interface CaptureStep {
  state: CaptureState;
  effects: CaptureEffect[];
}

/** Shorter flaps are healed before anybody could act on the news of them. */
const REPORT_INTERRUPTION_AFTER_MS = 2000;
/** Pictures that come further apart than this are a silence of the source, not its frame rate. */
const SLOWEST_SOURCE_MS = 2000;
/** After a freeze what has waited in pipes and sockets is worked off, and the decoder is behind its source until then. */
const CATCH_UP_MS = 2000;
/** How long a picture of a slot before the cut may be on its way. */
const LATEST_PICTURE_MS = 3000;

export const newCapture = ({
  who,
  isSuccessor,
  hasAccount,
  nowMs,
}: {
  who: CaptureState['who'];
  isSuccessor: boolean;
  /** It goes on with its own account, or with that of the segment before it. */
  hasAccount: boolean;
  nowMs: number;
}): CaptureState => ({
  who,
  phase: { kind: isSuccessor ? 'held' : 'serving' },
  missing: hasAccount ? 'worker-lost' : 'source-offline',
  isAway: true,
  lastServedMs: nowMs,
});

export function step(state: CaptureState, event: CaptureEvent): CaptureStep {
  switch (event.kind) {
    case 'attach':
      return { state, effects: [attachment(state, event)] };
    case 'arrived':
      return arrived(state, event);
    case 'begun': {
      const { missing, isAway, fromMs: lastServedMs = state.lastServedMs } = event;
      return { state: { ...state, phase: { kind: 'serving' }, missing, isAway, lastServedMs }, effects: [] };
    }
    case 'served':
      return served(state, event);
    case 'failed':
      return failed(state, event);
    case 'flap-over':
      return flapOver(state, event);
    case 'resized':
      return { state: { ...state, missing: 'decode-error' }, effects: [] };
    case 'thawed':
      return { state: { ...state, freeze: event.freeze }, effects: [] };
    case 'relay-due':
      return { state, effects: isWanted(state) ? [report({ kind: 'relay-wanted', epoch: state.who.epoch })] : [] };
    case 'cut':
      return cut(state, event);
    case 'end':
      if (state.ending) return { state, effects: [] };
      return { state: { ...state, ending: event.ending }, effects: [{ kind: 'end' }] };
  }
}

/** Why no picture came for the slots since the last one. */
export function missingReason(state: CaptureState, timeMs: number): GapReason {
  const { missing, lastServedMs } = state;
  if (isOfFreeze(state)) return 'worker-lost';
  if (missing) return missing;
  return timeMs - lastServedMs > SLOWEST_SOURCE_MS ? 'source-stalled' : 'rate-infeasible';
}

/** Pictures came until the process froze: what is missing since, whatever the source did meanwhile, is of the freeze. */
const isOfFreeze = ({ freeze, lastServedMs }: CaptureState): boolean =>
  freeze !== undefined &&
  lastServedMs > freeze.fromMs - SLOWEST_SOURCE_MS &&
  lastServedMs < freeze.untilMs + CATCH_UP_MS;

/**
 * Why the slots between the last picture and the end have none: slots are due until the session ends, so an outage or a
 * pause that lasts until then is a gap up to that moment. Undefined where the last picture is the end.
 */
export function closingReason(
  state: CaptureState,
  { limitMs, isPaused }: { limitMs: number; isPaused: boolean },
): GapReason | undefined {
  if (isPaused) return 'paused';
  if (limitMs < Infinity) return missingReason(state, limitMs);
  return state.missing && missingReason(state, state.lastServedMs);
}

type EventOf<Kind extends CaptureEvent['kind']> = Extract<CaptureEvent, { kind: Kind }>;

function attachment({ who, phase }: CaptureState, { revision }: { revision: number }): CaptureEffect {
  if (phase.kind !== 'ready') return report({ kind: 'attached', ...who, revision });
  return report({ kind: 'ready', ...who, revision, firstSlotMs: phase.firstSlotMs });
}

function arrived(state: CaptureState, { slotMs, revision }: EventOf<'arrived'>): CaptureStep {
  if (state.phase.kind !== 'held') return { state, effects: [] };
  const ready: CaptureState = { ...state, phase: { kind: 'ready', firstSlotMs: slotMs } };
  return { state: ready, effects: [attachment(ready, { revision })] };
}

function served(state: CaptureState, { timeMs, firstSlotMs, limitMs }: EventOf<'served'>): CaptureStep {
  const next: CaptureState = { ...state, lastServedMs: timeMs, missing: undefined, isAway: false };
  const { state: ended, effects } =
    timeMs >= limitMs ? step(next, { kind: 'end', ending: 'handover' }) : { state: next, effects: [] };
  if (!state.isAway) return { state: ended, effects };
  const atMs = Math.round(timeMs);
  const { epoch } = state.who;
  const back = report({ kind: 'capturing', epoch, atMs, firstSlotMs: firstSlotMs ?? atMs });
  return { state: ended, effects: [...effects, back] };
}

function failed(state: CaptureState, event: EventOf<'failed'>): CaptureStep {
  const { problem, lastArrivedMs, hasPictures, nowMs } = event;
  const next: CaptureState = { ...state, missing: gapReasonOf(problem.code) };
  if (state.phase.kind !== 'serving') return { state: next, effects: [] };
  if (!hasPictures) {
    const { epoch } = state.who;
    return { state: next, effects: [report({ kind: 'waiting', epoch, atMs: Math.round(nowMs), problem })] };
  }
  const inMs = Math.max(0, lastArrivedMs + REPORT_INTERRUPTION_AFTER_MS - nowMs);
  const flapOver: CaptureEvent = { kind: 'flap-over', problem, lastArrivedMs, servedMs: state.lastServedMs };
  return { state: next, effects: [{ kind: 'later', inMs, event: flapOver }] };
}

function flapOver(state: CaptureState, { problem, lastArrivedMs, servedMs }: EventOf<'flap-over'>): CaptureStep {
  if (state.isAway || state.lastServedMs > servedMs || state.ending) return { state, effects: [] };
  const { epoch } = state.who;
  const away = report({ kind: 'interrupted', epoch, atMs: Math.round(lastArrivedMs), problem });
  return { state: { ...state, isAway: true }, effects: [away] };
}

/** It goes on until it has the pictures of the slots before the cut. */
function cut(state: CaptureState, { untilMs, nowMs }: EventOf<'cut'>): CaptureStep {
  const handover: CaptureEvent = { kind: 'end', ending: 'handover' };
  if (untilMs <= state.lastServedMs) return step(state, handover);
  const inMs = Math.max(0, untilMs - nowMs) + LATEST_PICTURE_MS;
  return { state, effects: [{ kind: 'later', inMs, event: handover }] };
}

const isWanted = ({ phase, ending }: CaptureState): boolean => phase.kind === 'serving' && !ending;

const report = (told: CaptureReport): CaptureEffect => ({ kind: 'report', report: told });
