import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleOptionsAction,
} from '@temporalio/client';
import { fault } from '../contracts/errors.js';
import { WATCH_ID_PREFIX, watchWorkflowId } from '../contracts/ids.js';
import type { ObjectTrigger } from '../contracts/object-trigger.js';
import { parseWatch, type Watch, type WatchInput } from '../contracts/watch.js';
import { WORKFLOWS } from '../contracts/workflows.js';
import type { Reelay } from './connect.js';
import { withTemporalFaults } from './temporal-fault.js';

/** Looks through a prefix of the store from now on; a watch of that name is replaced. */
export async function addWatch({ temporal }: Reelay, input: WatchInput): Promise<Watch> {
  const watch = parseWatch(input);
  const { everyMs, ...trigger } = watch;
  const scheduleId = watchWorkflowId(watch.name);
  const timing = { spec: { intervals: [{ every: everyMs }] }, action: actionOf(trigger), policies: POLICIES };
  await asking(watch.name, async () => {
    try {
      await temporal.schedule.create({ scheduleId, ...timing, state: { triggerImmediately: true } });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      const schedule = temporal.schedule.getHandle(scheduleId);
      await schedule.update(({ state }) => ({ ...timing, state }));
      await schedule.trigger();
    }
  });
  return watch;
}

/** A look that takes longer than the interval is followed by the next one that is due, never joined by it. */
const POLICIES = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' } as const;

const actionOf = (trigger: ObjectTrigger): ScheduleOptionsAction & { workflowId: string } => ({
  type: 'startWorkflow',
  workflowType: WORKFLOWS.watchPrefix.type,
  workflowId: watchWorkflowId(trigger.name),
  taskQueue: WORKFLOWS.watchPrefix.taskQueue,
  args: [trigger],
  staticSummary: `watch ${trigger.prefix}`,
});

export interface ListedWatch {
  name: string;
  everyMs: number;
  trigger: ObjectTrigger;
  isPaused: boolean;
  lastAtMs?: number;
  nextAtMs?: number;
}

export async function listWatches({ temporal }: Reelay): Promise<ListedWatch[]> {
  return asking('of any name', async () => {
    const found: ListedWatch[] = [];
    for await (const { scheduleId } of temporal.schedule.list()) {
      if (!scheduleId.startsWith(WATCH_ID_PREFIX)) continue;
      const { spec, action, info, state } = await temporal.schedule.getHandle(scheduleId).describe();
      const [last, next] = [info.recentActions.at(-1)?.takenAt, info.nextActionTimes[0]];
      found.push({
        name: scheduleId.slice(WATCH_ID_PREFIX.length),
        everyMs: spec.intervals?.[0]?.every ?? 0,
        isPaused: state.paused,
        trigger: action.args?.[0] as ObjectTrigger,
        ...(last ? { lastAtMs: last.getTime() } : {}),
        ...(next ? { nextAtMs: next.getTime() } : {}),
      });
    }
    return found;
  });
}

/** Tasks that it has started go on. `task-not-found` where there is none of that name. */
export const removeWatch = ({ temporal }: Reelay, { name }: { name: string }): Promise<void> =>
  asking(name, () => temporal.schedule.getHandle(watchWorkflowId(name)).delete());

const asking = <Result>(name: string, call: () => Promise<Result>): Promise<Result> =>
  withTemporalFaults({ what: `watch ${name}`, notFound: 'task-not-found' }, call).catch((error: unknown) => {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw fault('task-not-found', `there is no watch "${name}"`, { cause: error });
  });
