import { readFile } from 'node:fs/promises';
import PQueue from 'p-queue';
import type { Reelay } from '../client/connect.js';
import { submitBatch, submitTranscode, type BatchOutcome, type SubmittedTask } from '../client/transcodes.js';
import { awaitTranscode, type TranscodeDescription } from '../client/transcodes/describe-transcode.js';
import { defined } from '../contracts/defined.js';
import { fault, problemOf, type Problem } from '../contracts/errors.js';
import type { TranscodeRequest } from '../contracts/transcode.js';
import { EXIT } from './exit-code.js';
import { printJson } from './output.js';
import { withReelay } from './sessions.js';
import { progressLines, progressText } from './transcode-progress.js';
import { requestOf, requestOfLine, type RequestFlags } from './transcode-request.js';
import { taskText } from './transcode-text.js';

export interface TaskStartFlags extends RequestFlags {
  wait?: boolean;
  json?: boolean;
}

export interface BatchFlags extends TaskStartFlags {
  concurrency?: number;
}

export async function start(input: string, flags: TaskStartFlags): Promise<void> {
  const request = requestOf(input, flags);
  await withReelay(async (reelay) => {
    const task = await submitTranscode(reelay, request);
    if (!flags.wait) return flags.json ? printJson(task) : console.log(startedText(task));
    const end = await waitFor(reelay, task);
    if (flags.json) printJson({ ...task, ...end.state });
    else console.log(taskText(end));
    if (end.state.status !== 'succeeded') process.exitCode = EXIT.failed;
  });
}

async function waitFor(reelay: Reelay, { taskId, tenant }: SubmittedTask): Promise<TranscodeDescription> {
  const lines = progressLines();
  const line = lines.line(taskId);
  try {
    return await awaitTranscode(reelay, {
      taskId,
      tenant,
      onProgress: (now) => line.show({ percent: now.state.percent, text: progressText(now) }),
    });
  } finally {
    lines.close();
  }
}

const startedText = ({ taskId, workflowId, isNew, isDone }: SubmittedTask): string =>
  `${taskId} ${isNew ? 'started' : isDone ? 'is done already' : 'runs already, with the same request'} (${workflowId})`;

interface Line {
  number: number;
  /** What is wrong with the line itself, or with its task. */
  problem?: Problem;
  task?: SubmittedTask;
  end?: TranscodeDescription;
}

/** Starts a task for each line of a file, and tells of each as it is known; one that is wrong stops no other. */
export async function batch(file: string, flags: BatchFlags): Promise<void> {
  const lines = await linesOf(file, flags);
  await withReelay(async (reelay) => {
    const requests = lines.flatMap(({ request }) => request ?? []);
    const numbers = lines.flatMap(({ number, request }) => (request ? [number] : []));
    const progress = progressLines();
    const bar = progress.line(flags.wait ? 'done' : 'started');
    const tell = (line: Line): void => tellLine(line, flags);
    const counts = { failed: 0, known: 0 };
    const note = (line: Line): void => {
      counts.known += 1;
      if (line.problem ?? (line.end && line.end.state.status !== 'succeeded')) counts.failed += 1;
      bar.show({ percent: (100 * counts.known) / lines.length, text: `${counts.known} of ${lines.length}` });
      tell(line);
    };
    try {
      for (const { number, problem } of lines) if (problem) note({ number, problem });
      const lineOf = ({ index, task, problem }: BatchOutcome): Line => ({
        number: numbers[index] ?? 0,
        ...defined({ task, problem }),
      });
      const outcomes = await submitBatch(reelay, {
        requests,
        ...defined({ concurrency: flags.concurrency }),
        onOutcome: (outcome) => {
          if (outcome.problem || !flags.wait) note(lineOf(outcome));
        },
      });
      const started = outcomes.filter(({ task }) => task !== undefined).map(lineOf);
      if (flags.wait) await endsOf(reelay, { started, onEnd: note });
    } finally {
      progress.close();
    }
    if (!flags.json)
      console.log(`${lines.length - counts.failed} of ${lines.length} ${flags.wait ? 'succeeded' : 'started'}`);
    if (counts.failed > 0) process.exitCode = EXIT.failed;
  });
}

/** Tasks that are asked at a time how far they are. */
const ASKED_AT_ONCE = 50;

async function endsOf(reelay: Reelay, { started, onEnd }: { started: Line[]; onEnd(line: Line): void }): Promise<void> {
  const queue = new PQueue({ concurrency: ASKED_AT_ONCE });
  await queue.addAll(
    started.map((line) => async () => {
      const { taskId = '', tenant = '' } = line.task ?? {};
      onEnd({ ...line, end: await awaitTranscode(reelay, { taskId, tenant }) });
    }),
  );
}

function tellLine({ number, problem, task, end }: Line, { json = false }: BatchFlags): void {
  const told = problem ?? end?.state.problem;
  if (json) return printJson({ line: number, ...task, ...end?.state, ...(told ? { problem: told } : {}) });
  const status = end?.state.status ?? (task && startedText(task));
  if (told) console.error(`line ${number}: ${task ? `${task.taskId} ` : ''}${told.code}: ${told.message}`);
  else if (!process.stderr.isTTY) console.log(`line ${number}: ${end ? `${task?.taskId} ` : ''}${status}`);
}

interface BatchLine {
  number: number;
  request?: TranscodeRequest;
  problem?: Problem;
}

async function linesOf(file: string, flags: BatchFlags): Promise<BatchLine[]> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw fault('request-invalid', `batch: expected a readable file, got ${file}`, { cause });
  });
  return text.split(/\r?\n/).flatMap((raw, index): BatchLine[] => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    try {
      return [{ number: index + 1, request: requestOfLine(line, flags) }];
    } catch (error) {
      const problem = problemOf(error);
      if (!problem) throw error;
      return [{ number: index + 1, problem }];
    }
  });
}
