import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listDeadLetters, redriveDeadLetters } from '../client/dead-letters.js';
import { submitBatch } from '../client/transcodes.js';
import {
  countTranscodes,
  listTranscodes,
  type ListedTask,
  type TaskFilter,
} from '../client/transcodes/list-transcodes.js';
import type { TranscodeRequest } from '../contracts/transcode.js';
import { makeClip } from '../dev/clip.js';
import { onTranscodeStage, say, seconds, type TranscodeStage } from './transcode-stage.js';

/*
 * A batch of small tasks, some of them with inputs that are broken: all end, all are counted, memory does not grow, and
 * what failed is done by a redrive once its inputs are repaired.
 *
 *   npm run build && node dist/bench/transcode-batch.js --tasks 300
 */
const { values } = parseArgs({
  options: { tasks: { type: 'string', default: '300' }, broken: { type: 'string', default: '15' } },
});
const [TASKS, BROKEN] = [Number(values.tasks), Number(values.broken)];
const CLIPS = 10;
const BROKEN_INPUTS = 5;
const LOOK_EVERY_MS = 2000;
const RSS_GROWTH = 1.3;

await onTranscodeStage(async (stage) => {
  const { reelay } = stage;
  const clips = await Promise.all(Array.from({ length: CLIPS }, (_, index) => clipOf(stage, index)));
  const good = await Promise.all(clips.map((clip, index) => stage.upload(`inputs/${index}.flv`, clip)));
  const text = join(stage.home, 'text.flv');
  await writeFile(text, 'This is no video.\n'.repeat(1000));
  const bad = await Promise.all(brokenKeys().map((key) => stage.upload(key, text)));
  const [sinceMs, watch] = [Date.now(), watchMemory(stage)];
  const outcomes = await submitBatch(reelay, { requests: requests({ good, bad }) });
  say(`${outcomes.length} tasks submitted in ${seconds(Date.now() - sinceMs)} s`);
  await allEnded(stage, { sinceMs, starts: TASKS });
  const tookMs = Date.now() - sinceMs;
  const memory = watch.stop();
  const untilMs = Date.now();
  const first = await listed(stage, { sinceMs, untilMs });
  const outside = await listed(stage, { sinceMs: untilMs });
  const { letters } = await listDeadLetters(reelay, { kind: 'transcode' });
  await Promise.all(brokenKeys().map((key, index) => stage.upload(key, clips[index]!)));
  const redrive = await redriveDeadLetters(reelay, { kind: 'transcode' });
  const { tally } = await redrive.result();
  await allEnded(stage, { sinceMs, starts: TASKS + letters.length });
  const all = await listed(stage, { sinceMs });
  const done = new Set(all.filter(({ state }) => state === 'succeeded').map(({ taskId }) => taskId));
  const open = await listDeadLetters(reelay, { kind: 'transcode' });
  const succeeded = first.filter(({ state }) => state === 'succeeded');
  const failed = first.filter(({ state }) => state === 'failed');
  const events = await historyLengths(stage, succeeded);
  return {
    figures: {
      tasks: TASKS,
      'not started': outcomes.filter(({ problem }) => problem).length,
      'all ended after, seconds': seconds(tookMs),
      'tasks per minute': Math.round((TASKS * 60_000) / tookMs),
      'events in the history of a task that succeeded': `${events[0]} to ${events.at(-1)}, median ${events[events.length >> 1]}`,
      succeeded: succeeded.length,
      failed: failed.length,
      'dead letters': letters.length,
      'codes of those that failed': [...new Set(failed.map(({ failure }) => failure))].join(', '),
      'listed after the window': outside.length,
      'started again by the redrive': tally.restarted,
      'succeeded in the end': done.size,
      'dead letters open in the end': open.letters.length,
      'workflow worker, MB at most in each half': memory.workflow.join(', '),
      'transcode worker, MB at most in each half': memory.transcode.join(', '),
    },
    claims: {
      'all were started': outcomes.every(({ task }) => task?.isNew),
      'succeeded and failed are counted by state and window':
        succeeded.length === TASKS - BROKEN && failed.length === BROKEN && outside.length === 0,
      'counts say the same as lists': await countsAgree(stage, { sinceMs, lists: all }),
      'each that failed left one dead letter': new Set(letters.map(({ letterId }) => letterId)).size === BROKEN,
      'after the redrive all have succeeded': done.size === TASKS && open.letters.length === 0,
      [`resident memory grew at most ${RSS_GROWTH} times`]: Object.values(memory).every(
        ([before, after]) => after <= before * RSS_GROWTH,
      ),
    },
  };
});

function brokenKeys(): string[] {
  return Array.from({ length: BROKEN_INPUTS }, (_, index) => `inputs/broken-${index}.flv`);
}

async function clipOf({ home }: TranscodeStage, index: number): Promise<string> {
  const path = join(home, `clip-${index}.flv`);
  await makeClip(path, { size: '320x180', fps: 25, seconds: 4, grain: index });
  return path;
}

/** The broken ones are spread over the batch. */
function requests({ good, bad }: { good: string[]; bad: string[] }): TranscodeRequest[] {
  return Array.from({ length: TASKS }, (_, index) => {
    const [step, isBroken] = [Math.floor(TASKS / BROKEN), index % Math.floor(TASKS / BROKEN) === 0];
    const url = isBroken ? bad[(index / step) % bad.length] : good[index % good.length];
    return { taskId: `batch-${index}`, input: { url: url! }, profile: 'mp4-360p', remux: 'never' };
  });
}

async function allEnded(
  { reelay }: TranscodeStage,
  { sinceMs, starts }: { sinceMs: number; starts: number },
): Promise<void> {
  for (;;) {
    // What was started last is in the index a moment later.
    await delay(LOOK_EVERY_MS);
    const { queued, running, stopping, ...ended } = await countTranscodes(reelay, { sinceMs });
    say(`${queued + running + stopping} to go, ended: ${JSON.stringify(ended)}`);
    if (queued + running + stopping === 0 && ended.succeeded + ended.failed >= starts) return;
  }
}

async function listed({ reelay }: TranscodeStage, filter: TaskFilter): Promise<ListedTask[]> {
  const found: ListedTask[] = [];
  for (const state of ['succeeded', 'failed', 'cancelled', 'expired', 'queued', 'running', 'stopping'] as const) {
    let cursor: string | undefined;
    do {
      const page = await listTranscodes(reelay, { ...filter, states: [state], ...(cursor ? { cursor } : {}) });
      found.push(...page.tasks);
      cursor = page.cursor;
    } while (cursor);
  }
  return found;
}

async function countsAgree(
  { reelay }: TranscodeStage,
  { sinceMs, lists }: { sinceMs: number; lists: ListedTask[] },
): Promise<boolean> {
  const counts = await countTranscodes(reelay, { sinceMs });
  return Object.entries(counts).every(
    ([state, count]) => lists.filter((task) => task.state === state).length === count,
  );
}

async function historyLengths({ reelay }: TranscodeStage, tasks: readonly ListedTask[]): Promise<number[]> {
  const lengths: number[] = [];
  for (const { workflowId, runId } of tasks) {
    lengths.push((await reelay.temporal.workflow.getHandle(workflowId, runId).describe()).historyLength);
  }
  return lengths.sort((a, b) => a - b);
}

/** The resident memory of the two workers each second; the most in each half of the time. */
function watchMemory({ workflow, transcode }: TranscodeStage) {
  const samples: { workflow: number; transcode: number }[] = [];
  const look = async (): Promise<void> => {
    const [one, other] = await Promise.all([workflow, transcode].map((worker) => residentMb(worker.pid())));
    samples.push({ workflow: one!, transcode: other! });
  };
  const looking = setInterval(() => void look(), 1000);
  return {
    stop() {
      clearInterval(looking);
      const halves = [samples.slice(0, samples.length >> 1), samples.slice(samples.length >> 1)];
      const most = (of: 'workflow' | 'transcode') =>
        halves.map((half) => Math.max(...half.map((sample) => sample[of]))) as [number, number];
      return { workflow: most('workflow'), transcode: most('transcode') };
    },
  };
}

async function residentMb(pid: number | undefined): Promise<number> {
  const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
}
