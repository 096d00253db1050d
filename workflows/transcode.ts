import {
  CancellationScope,
  CancelledFailure,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { TaskActivities } from '../activities/index.js';
import { fault } from '../contracts/errors.js';
import type { TranscodeManifest } from '../contracts/manifest.js';
import { playSignal, transcodeStateQuery } from '../contracts/messages.js';
import { parseTranscodeRequest, type TranscodeRequest } from '../contracts/transcode.js';
import type { InputOf } from '../contracts/workflows.js';
import { announceInOrder } from './kit/announce-in-order.js';
import type { Holder } from './kit/holder.js';
import { withDeadline } from './kit/with-deadline.js';
import { CHUNK_MS, CHUNKS_AT_ONCE, PROGRESS_EVERY_MS, RECORD } from './policies.js';
import {
  announcementOf,
  hasEnded,
  nextStep,
  withAnnouncement,
  withManifest,
  withPlay,
  withStopping,
} from './state/task-machine.js';
import { newTask, type TaskAnnouncement, type TaskMachine } from './state/task-state.js';
import { closeFailed, closeSucceeded, endOf, publish, type TaskEnd } from './transcode/close-task.js';
import { makeMedia } from './transcode/make-media.js';
import { inspect } from './transcode/pieces.js';
import { showTask } from './transcode/show-task.js';

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
  const policy = { redrives, chunkMs, chunksAtOnce };
  const { firstExecutionRunId: runId } = workflowInfo();
  const settings = parseTranscodeRequest(request);
  const holder: Holder<TaskMachine> = { machine: newTask(settings, { policy, runId, atMs: Date.now() }) };
  registerHandlers(holder);
  const announcing = announceInOrder(holder, { publish: announce, progress: PROGRESS });
  CancellationScope.current().cancelRequested.catch(() => {
    if (hasEnded(holder.machine) && patched(END_IS_LAST)) return;
    holder.machine = withStopping(holder.machine);
    showTask(holder.machine);
  });
  showTask(holder.machine);
  holder.machine = withNews(holder.machine, 'queued');
  const outcome = await outcomeOf(() => withDeadline(settings.deadlineMs, () => run(holder)));
  // Nothing of the end is left out because somebody cancels meanwhile.
  await CancellationScope.nonCancellable(async () => {
    await ('end' in outcome ? closeFailed(holder, outcome.end) : closeSucceeded(holder, outcome.manifest));
    await announcing.finish();
  });
  if (!('end' in outcome)) return outcome.manifest;
  const { status, problem, error } = outcome.end;
  if (status === 'cancelled') throw new CancelledFailure(problem.message);
  throw fault(problem.code, problem.message, { ...problem, cause: error });
}

/** In histories of tasks that were cancelled while they closed; those before it went on to say that they were stopping. */
const END_IS_LAST = 'end-is-last';

function registerHandlers(holder: Holder<TaskMachine>): void {
  setHandler(transcodeStateQuery, () => holder.machine.state, {
    description: 'Phase, percentage, pieces and outputs of the task',
  });
  setHandler(
    playSignal,
    (place) => {
      holder.machine = withPlay(holder.machine, place);
    },
    { description: 'Somebody plays from there: what is seen next is made first' },
  );
}

async function announce(told: TaskAnnouncement): Promise<void> {
  const summary = `announce: ${told.kind}`;
  const { publishTranscodeEvent } = proxyActivities<TaskActivities>({ ...RECORD, summary });
  await publishTranscodeEvent(told);
}

const withNews = (machine: TaskMachine, kind: TaskAnnouncement['kind']): TaskMachine =>
  withAnnouncement(machine, announcementOf(machine, { kind, atMs: Date.now() }));

const PROGRESS = {
  everyMs: PROGRESS_EVERY_MS,
  isMade: ({ state, toldPercent }: TaskMachine): boolean => state.percent > toldPercent,
  noted: (machine: TaskMachine): TaskMachine => withNews(machine, 'progressed'),
};

async function outcomeOf(
  work: () => Promise<TranscodeManifest>,
): Promise<{ manifest: TranscodeManifest } | { end: TaskEnd }> {
  try {
    return { manifest: await work() };
  } catch (error) {
    return { end: endOf(error) };
  }
}

/** Carries out what the state asks for until there is a manifest. */
async function run(holder: Holder<TaskMachine>): Promise<TranscodeManifest> {
  for (;;) {
    const step = nextStep(holder.machine);
    switch (step.kind) {
      case 'inspect':
        await inspect(holder);
        break;
      case 'make':
        await makeMedia(holder, step.inspection);
        break;
      case 'publish': {
        const manifest = await publish(holder.machine, step);
        holder.machine = withManifest(holder.machine, manifest);
        break;
      }
      case 'done':
        return step.manifest;
    }
  }
}
