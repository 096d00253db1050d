import Table from 'cli-table3';
import { formatDuration } from '../contracts/duration.js';
import { describeFault, secondsOf, type Row, type FaultSpan } from './row.js';
import type { RowResult } from './row-result.js';

/** A run of the table, as it is stored. */
export interface ChaosReport {
  startedAt: string;
  isShort: boolean;
  versions: Record<string, string>;
  results: RowResult[];
}

const HEAD = [
  ...['fault', 'streams', 'due', 'stored', 'late', 'dead', 'gaps', 'unexplained', 'doubled', 'repeated'],
  ...['recovery', 'unseen', 'catch-up', 'memory', 'result'],
];

const MIB = 1024 * 1024;

export function terminalTable(results: readonly RowResult[]): string {
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [34],
  });
  for (const result of results) table.push(cellsOf(result));
  return [table.toString(), ...faultLines(results)].join('\n');
}

export function markdownReport({ startedAt, isShort, versions, results }: ChaosReport): string {
  const machine = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const passed = results.filter(({ faults }) => faults.length === 0).length;
  return [
    `Run of ${startedAt}${isShort ? ', short' : ''}: ${passed} of ${results.length} rows as expected (${machine.join(', ')}).`,
    '',
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...results.map((result) => line(cellsOf(result))),
    '',
    ...faultLines(results).map((text) => `- ${text.trim()}`),
    '',
  ].join('\n');
}

/** What each row of the full table must show, as docs/failures.md says it. */
export function expectationTable(rows: readonly Row[]): string[][] {
  const time = (span: FaultSpan): string => formatDuration(secondsOf(span, false) * 1000);
  return rows.map((row) => {
    const { gaps, deadLetterSeconds, recoverySeconds, recoveryFrom, unseenSeconds } = row.expect;
    const allowed = Object.entries(gaps).map(([reason, span]) => `${reason} ${time(span)}`);
    if (deadLetterSeconds !== undefined) allowed.push(`dead letters ${time(deadLetterSeconds)}`);
    const recovery = `${time(recoverySeconds)} of its ${recoveryFrom ?? 'begin'}`.replace(' of its begin', '');
    const unseen = unseenSeconds === undefined ? '' : `, unseen for ${time(unseenSeconds)} at most`;
    return [describeFault(row, false), `\`${row.name}\``, allowed.join(', ') || 'none', recovery + unseen];
  });
}

/** One sentence for each thing that is not as expected. */
export const faultLines = (results: readonly RowResult[]): string[] =>
  results.flatMap(({ row, faults }) => faults.map((fault) => `${row}: ${fault}`));

function cellsOf(result: RowResult): string[] {
  const gaps = Object.entries(result.gapsByReason).map(([reason, count]) => `${count} ${reason}`);
  return [
    result.fault,
    ...[result.streams, result.due, result.stored, result.late, result.deadLettered].map(String),
    gaps.join(', ') || '0',
    ...[result.unexplained, result.doubled, result.repeated].map(String),
    result.recoverySeconds === null ? 'never' : seconds(result.recoverySeconds),
    seconds(result.longestGapSeconds),
    seconds(result.catchUpSeconds),
    `${Math.round(result.peakBytes / MIB)} MiB`,
    result.faults.length === 0 ? 'pass' : 'FAIL',
  ];
}

const seconds = (value: number): string => (value === 0 ? '0' : formatDuration(Math.round(value * 10) * 100));
