import { CancellationScope, CancelledFailure, isCancellation, sleep } from '@temporalio/workflow';
import { fault } from '../contracts/errors.js';
import type { TranscodeManifest } from '../contracts/manifest.js';
import { parseTranscodeRequest, type TranscodeRequest } from '../contracts/transcode.js';
import type { InputOf } from '../contracts/workflows.js';
import { CHUNK_MS, CHUNKS_AT_ONCE } from './policies.js';
import { announce, announceInOrder } from './transcode/announce-task.js';
import { closeFailed, closeSucceeded, endOf, publish, type TaskEnd } from './transcode/close-task.js';
import { inspect } from './transcode/inspect.js';
import { makeMedia } from './transcode/make-media.js';
import { createTask, enterPhase, setStatus, type Task } from './transcode/task.js';

/** What starts a task. `redrives` counts how often it was given up and sent again; the others are for tests. */
export type TranscodeInput = InputOf<
  'transcode',
  TranscodeRequest,
  { redrives: number; chunkMs: number; chunksAtOnce: number }
>;

/**
 * A file made into what a profile says, proven whole before its manifest says so. Whatever was finished is in the store
 * under the version of the input and the recipe: a retry, a restart or a later start of the same task goes on from there.
 */
export async function transcode({
  redrives = 0,
  chunkMs = CHUNK_MS,
  chunksAtOnce = CHUNKS_AT_ONCE,
  ...request
}: TranscodeInput): Promise<TranscodeManifest> {
  const task = createTask(parseTranscodeRequest(request), { redrives, chunkMs, chunksAtOnce });
  const announcing = announceInOrder(task);
  CancellationScope.current().cancelRequested.catch(() => {
    setStatus(task, 'stopping');
  });
  setStatus(task, 'queued');
  announce(task, 'queued');
  const outcome = await outcomeOf(() => withDeadline(task.settings.deadlineMs, () => run(task)));
  // Nothing of the end is left out because somebody cancels meanwhile.
  await CancellationScope.nonCancellable(async () => {
    await ('end' in outcome ? closeFailed(task, outcome.end) : closeSucceeded(task, outcome.manifest));
    await announcing.finish();
  });
  if (!('end' in outcome)) return outcome.manifest;
  const { status, problem, error } = outcome.end;
  if (status === 'cancelled') throw new CancelledFailure(problem.message);
  throw fault(problem.code, problem.message, { ...problem, cause: error });
}

async function outcomeOf(
  work: () => Promise<TranscodeManifest>,
): Promise<{ manifest: TranscodeManifest } | { end: TaskEnd }> {
  try {
    return { manifest: await work() };
  } catch (error) {
    return { end: endOf(error) };
  }
}

async function run(task: Task): Promise<TranscodeManifest> {
  const inspection = await inspect(task);
  if (inspection.published) return inspection.published;
  const unit = { settings: task.settings, unit: inspection.unit, outputPrefix: inspection.outputPrefix };
  const outputs = await makeMedia(task, { unit, inspection });
  enterPhase(task, 'publish');
  return publish(task, { unit, outputs });
}

/** Cancels the work when its time is over, and says so. */
async function withDeadline<Result>(ms: number | undefined, work: () => Promise<Result>): Promise<Result> {
  if (ms === undefined) return work();
  let isOver = false;
  const [working, timing] = [new CancellationScope(), new CancellationScope()];
  const ringing = timing.run(async () => {
    await sleep(ms, { summary: 'deadline' });
    isOver = true;
    working.cancel();
  });
  ringing.catch(() => undefined); // cancelled: the work was done in time
  try {
    return await working.run(work);
  } catch (error) {
    if (isOver && isCancellation(error)) throw fault('task-expired', `not done ${ms} ms after its start`);
    throw error;
  } finally {
    timing.cancel();
  }
}
