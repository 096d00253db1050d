import type { CaptureReport } from '../../contracts/messages.js';

/** Flaps of a source while Temporal is away for a day are not all news to its stream; the ledger has each of them. */
const MOST_WAITING = 200;

/**
 * The reports that wait to be told, with one more. One that says again what the last one says takes its place; of too
 * many, the newest of each kind is told, so that the stream knows how things stand.
 */
export function withReportWaiting(waiting: readonly CaptureReport[], report: CaptureReport): readonly CaptureReport[] {
  const earlier = waiting.at(-1)?.kind === report.kind ? waiting.slice(0, -1) : waiting;
  const all = [...earlier, report];
  if (all.length <= MOST_WAITING) return all;
  return all.filter(({ kind }, index) => all.findLastIndex((each) => each.kind === kind) === index);
}
