import { setTimeout as delay } from 'node:timers/promises';
import Table from 'cli-table3';
import {
  listDeadLetters,
  redriveDeadLetters,
  showDeadLetter,
  type ListedLetter,
  type StartedRedrive,
} from '../client/dead-letters.js';
import { defined } from '../contracts/defined.js';
import type { Disposition } from '../contracts/letter-fields.js';
import { MAX_REDRIVES, sentOf, type LetterFilter, type RedriveState } from '../contracts/redrive.js';
import { ago } from './ago.js';
import { textOf, time } from './dead-letter-text.js';
import { EXIT } from './exit-code.js';
import { printJson } from './output.js';
import { withReelay, withStores } from './sessions.js';

export interface LetterFlags {
  kind?: LetterFilter['kind'];
  stream?: string;
  task?: string;
  tenant?: string;
  disposition?: Disposition;
  /** Unix milliseconds. */
  before?: number;
  json?: boolean;
}

export interface RedriveFlags extends LetterFlags {
  dryRun?: boolean;
  maxRedrives?: number;
  wait?: boolean;
}

const PROGRESS_EVERY_MS = 1000;

export async function list({ json = false, ...flags }: LetterFlags): Promise<void> {
  const { letters, unreadable } = await withStores((reelay) => listDeadLetters(reelay, filterOf(flags)));
  if (unreadable > 0)
    console.error(
      `${unreadable} records of the topic are of another version, or no letters of what they name, and not listed`,
    );
  if (json) return printJson(letters);
  console.log(letters.length === 0 ? 'No dead letter is open.' : tableOf(letters));
}

export async function show(letterId: string, { json = false }: { json?: boolean }): Promise<void> {
  const letter = await withStores((reelay) => showDeadLetter(reelay, { letterId }));
  if (json) printJson(letter);
  else console.log(describe(letter));
}

export async function redrive({ json = false, dryRun = false, wait = false, ...flags }: RedriveFlags): Promise<void> {
  const limits = defined({ maxRedrives: flags.maxRedrives });
  const filter = filterOf(flags);
  const { letters: found } = await withStores((reelay) => listDeadLetters(reelay, { ...filter, ...limits }));
  const due = found.filter(({ isParked }) => !isParked);
  const counts = { letters: due.length, parked: found.length - due.length };
  if (due.length === 0 || dryRun) {
    if (json) return printJson({ ...counts, isDryRun: dryRun });
    console.log(due.length === 0 ? 'No dead letter is to be sent again.' : tableOf(due));
    if (counts.parked > 0) console.log(parkedText(counts.parked, flags.maxRedrives));
    return;
  }
  await withReelay(async (reelay) => {
    const started = await redriveDeadLetters(reelay, { ...filter, ...limits });
    const { workflowId, isNew } = started;
    if (!json) console.log(`${isNew ? 'sending' : 'already sending'} ${lettersText(due.length)} again: ${workflowId}`);
    if (!wait) return json ? printJson({ ...counts, workflowId, isNew }) : undefined;
    const state = await resultOf(started);
    if (json) printJson({ ...counts, workflowId, isNew, ...state });
    else console.log(summaryOf(state, flags.maxRedrives));
    if (state.tally.failed > 0) process.exitCode = EXIT.failed;
  });
}

const filterOf = ({ kind, stream, task, tenant, disposition, before }: LetterFlags): LetterFilter =>
  defined({ kind, streamId: stream, taskId: task, tenant, disposition, beforeMs: before });

/** Shows how far it is, on a terminal. */
async function resultOf({ state, result }: StartedRedrive): Promise<RedriveState> {
  const done = new AbortController();
  const end = result().finally(() => {
    done.abort();
  });
  if (process.stderr.isTTY) void showProgress(state, done.signal);
  return end;
}

async function showProgress(state: StartedRedrive['state'], signal: AbortSignal): Promise<void> {
  while (await delay(PROGRESS_EVERY_MS, true, { signal }).catch(() => false)) {
    const now = await state().catch(() => undefined); // the end tells what is wrong
    if (now && !signal.aborted) process.stderr.write(`\r${sentOf(now.tally)} sent again, ${now.left} left\x1b[K`);
  }
  process.stderr.write('\r\x1b[K');
}

function tableOf(letters: readonly ListedLetter[]): string {
  const table = new Table({
    head: ['letter', 'failed last', 'why', 'code', 'sent again', 'bytes'],
    style: { head: [], border: [] },
  });
  for (const letter of letters) {
    const { letterId, lastFailedAtMs, disposition, code, redrives, isParked } = letter;
    const again = `${redrives}${isParked ? ' (parked)' : ''}`;
    table.push([
      letterId,
      ago(lastFailedAtMs, Date.now()),
      disposition,
      code,
      again,
      textOf(letter.kind).place(letter),
    ]);
  }
  return table.toString();
}

function describe(letter: ListedLetter): string {
  const { code, message, redrives } = letter;
  const rows = [
    ['letter', `${letter.letterId} (${letter.kind}, ${letter.disposition}${letter.isParked ? ', parked' : ''})`],
    ['problem', `${code}: ${message}`],
    ['failed', `first ${time(letter.firstFailedAtMs)}`],
    ['', `last ${time(letter.lastFailedAtMs)}, ${textOf(letter.kind).where(letter)}`],
    ['again', `sent again ${redrives} times`],
    ...textOf(letter.kind).rows(letter),
  ];
  return rows.map(([label = '', text = '']) => `${label.padEnd(9)}${text}`).join('\n');
}

function summaryOf({ tally, parked, waitingFor }: RedriveState, maxRedrives?: number): string {
  const { stored, alreadyStored, restarted, failed, republished = 0 } = tally;
  return [
    `${stored} stored, ${alreadyStored} were stored already, ${failed} failed again`,
    ...(restarted > 0 ? [`${restarted} tasks started again`] : []),
    ...(republished > 0 ? [`${republished} records put into their topics again`] : []),
    ...(parked > 0 ? [parkedText(parked, maxRedrives)] : []),
    ...Object.entries(waitingFor).map(([host, count]) => `${lettersText(count)} waiting for host ${host}`),
  ].join('\n');
}

const parkedText = (count: number, maxRedrives = MAX_REDRIVES): string =>
  `${lettersText(count)} parked after ${maxRedrives} redrives; a higher --max-redrives sends them again`;

const lettersText = (count: number): string => `${count} dead letter${count === 1 ? '' : 's'}`;
