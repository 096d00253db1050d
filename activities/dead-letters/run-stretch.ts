import { CancelledFailure, Context } from '@temporalio/activity';
import {
  addTally,
  NO_TALLY,
  type RedriveStretch,
  type RedriveTally,
  type StretchResult,
} from '../../contracts/redrive.js';
import { heartbeatOnProgress } from '../host/heartbeat.js';
import type { LetterPlace, RedriveDeps } from './kinds/letter-work.js';
import { redriveStretch } from './redrive-stretch.js';

/** Runs a stretch as an activity: what it has done goes into heartbeats, for the attempt after a crash, and with a cancel. */
export async function runStretch(
  deps: RedriveDeps,
  { place, stretch }: { place: LetterPlace; stretch: RedriveStretch },
): Promise<StretchResult> {
  const { info, cancellationSignal } = Context.current();
  const before = (info.heartbeatDetails as RedriveTally | undefined) ?? NO_TALLY;
  let tally = before;
  const beat = heartbeatOnProgress(() => tally);
  const result = await redriveStretch(deps, {
    ...{ place, stretch },
    running: {
      signal: cancellationSignal,
      onProgress(done) {
        tally = addTally(before, done);
        beat();
      },
    },
  });
  const total = { ...result, tally: addTally(before, result.tally) };
  if (cancellationSignal.aborted) throw new CancelledFailure((cancellationSignal.reason as Error).message, [total]);
  return total;
}
