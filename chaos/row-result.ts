import type { GapReason } from '../contracts/ledger.js';
import type { SessionCheck } from './check-session.js';
import { secondsOf, type Row } from './row.js';

/** A stream of a row: what was found of its session. */
export interface StreamOutcome {
  streamId: string;
  check: SessionCheck;
}

export interface RowResult {
  row: string;
  fault: string;
  workers: number;
  streams: number;
  due: number;
  stored: number;
  late: number;
  deadLettered: number;
  gapsByReason: Partial<Record<GapReason, number>>;
  unexplained: number;
  doubled: number;
  repeated: number;
  /** From the fault, or from its end where the row says so, to the next captured slot; of the worst stream. */
  recoverySeconds: number | null;
  /** The longest time between two stored slots of one session of each stream. */
  unseenSeconds: Record<string, number>;
  /** That of the worst stream. */
  longestGapSeconds: number;
  /** From the end of the fault until all was announced that had been captured before that; of the worst stream. */
  catchUpSeconds: number;
  peakBytes: number;
  tookSeconds: number;
  /** Why the row fails; it passes without one. */
  faults: string[];
}

export interface FaultTime {
  beganAtMs: number;
  endedAtMs: number;
}

export type Figures = Pick<
  RowResult,
  'due' | 'stored' | 'late' | 'deadLettered' | 'gapsByReason' | 'unexplained' | 'doubled' | 'repeated'
> &
  Pick<RowResult, 'recoverySeconds' | 'unseenSeconds' | 'longestGapSeconds' | 'catchUpSeconds'>;

/** Adds the streams of a row up, and takes the worst of what is measured in seconds. */
export function sumFigures(
  outcomes: readonly StreamOutcome[],
  { fault, recoveryFrom = 'begin' }: { fault: FaultTime; recoveryFrom?: 'begin' | 'end' | undefined },
): Figures {
  const checks = outcomes.map(({ check }) => check);
  const sum = (pick: (check: SessionCheck) => number): number =>
    checks.reduce((total, check) => total + pick(check), 0);
  const gapsByReason: RowResult['gapsByReason'] = {};
  for (const [reason, count] of checks.flatMap((check) => Object.entries(check.gapsByReason)))
    gapsByReason[reason as GapReason] = (gapsByReason[reason as GapReason] ?? 0) + count;
  const unseenSeconds: RowResult['unseenSeconds'] = {};
  for (const { streamId, check } of outcomes)
    unseenSeconds[streamId] = Math.max(unseenSeconds[streamId] ?? 0, round(longestGapOf(check)));
  const fromMs = recoveryFrom === 'begin' ? fault.beganAtMs : fault.endedAtMs;
  const recoveries = [...new Set(outcomes.map(({ streamId }) => streamId))].map((streamId) =>
    recoveryOf(
      outcomes.filter((outcome) => outcome.streamId === streamId),
      fromMs,
    ),
  );
  return {
    due: sum(({ due }) => due),
    stored: sum(({ stored }) => stored),
    late: sum(({ late }) => late),
    deadLettered: sum(({ deadLettered }) => deadLettered),
    gapsByReason,
    unexplained: sum(({ unexplained }) => unexplained),
    doubled: sum(({ doubled }) => doubled),
    repeated: sum(({ repeated }) => repeated),
    recoverySeconds:
      recoveries.length === 0 || recoveries.some((each) => each === null)
        ? null
        : round(Math.max(0, ...recoveries.map(Number))),
    unseenSeconds,
    longestGapSeconds: Math.max(0, ...Object.values(unseenSeconds)),
    catchUpSeconds: round(Math.max(0, ...checks.map((check) => catchUpOf(check, fault.endedAtMs)))),
  };
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;

/** A stream may go on in another session. */
function recoveryOf(outcomes: readonly StreamOutcome[], fromMs: number): number | null {
  const next = outcomes.flatMap(({ check }) => check.slots.find(({ slotMs }) => slotMs > fromMs)?.slotMs ?? []);
  return next.length > 0 ? (Math.min(...next) - fromMs) / 1000 : null;
}

const longestGapOf = ({ slots }: SessionCheck): number =>
  Math.max(0, ...slots.slice(1).map(({ slotMs }, index) => (slotMs - (slots[index]?.slotMs ?? slotMs)) / 1000));

const catchUpOf = ({ slots }: SessionCheck, endedAtMs: number): number =>
  Math.max(
    0,
    ...slots.filter(({ slotMs }) => slotMs <= endedAtMs).map(({ arrivedAtMs }) => (arrivedAtMs - endedAtMs) / 1000),
  );

/** Where streams and figures are not as the row expects, in words. */
export function differencesFrom(
  { expect }: Pick<Row, 'expect'>,
  { outcomes, figures, isShort }: { outcomes: readonly StreamOutcome[]; figures: Figures; isShort: boolean },
): string[] {
  const faults = outcomes.flatMap(({ streamId, check }) => [
    ...check.faults.map((fault) => `${streamId}: ${fault}`),
    ...gapFaults(check, expect, isShort).map((fault) => `${streamId}: ${fault}`),
  ]);
  for (const reason of expect.mustSee ?? [])
    if (!figures.gapsByReason[reason]) faults.push(`no gap ${reason}: the fault did not bite`);
  if (expect.mustUseBackup && !outcomes.some(({ check }) => check.inBackup > 0))
    faults.push('no frame went to the second store');
  for (const [streamId, seconds] of Object.entries(figures.unseenSeconds)) {
    const most = secondsOf(expect.unseenSeconds ?? Infinity, isShort);
    if (seconds > most) faults.push(`${streamId}: unseen for ${seconds} s, expected ${most} s at most`);
  }
  const limit = secondsOf(expect.recoverySeconds, isShort);
  const { recoverySeconds } = figures;
  if (recoverySeconds === null) faults.push('a stream has no frame after the fault');
  else if (recoverySeconds > limit) faults.push(`recovery took ${recoverySeconds} s, expected ${limit} s at most`);
  return faults;
}

function gapFaults(check: SessionCheck, expect: Row['expect'], isShort: boolean): string[] {
  const faults = Object.entries(check.gapSecondsByReason).flatMap(([reason, seconds]) => {
    const allowed = expect.gaps[reason as GapReason];
    if (allowed === undefined) return [`${round(seconds)} s of gaps ${reason}, expected none`];
    const limit = secondsOf(allowed, isShort);
    return seconds > limit ? [`${round(seconds)} s of gaps ${reason}, expected ${limit} s at most`] : [];
  });
  const limit = secondsOf(expect.deadLetterSeconds ?? 0, isShort);
  if (check.deadLetterSeconds > limit)
    faults.push(`${round(check.deadLetterSeconds)} s of dead letters, expected ${limit} s at most`);
  return faults;
}
