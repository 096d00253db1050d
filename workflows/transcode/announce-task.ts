import { CancellationScope, condition, proxyActivities } from '@temporalio/workflow';
import type { TaskActivities } from '../../activities/index.js';
import type { TranscodeEvent, TranscodeEventKind } from '../../contracts/transcode-events.js';
import { PROGRESS_EVERY_MS, RECORD } from '../policies.js';
import { runIdOf, type Task } from './task.js';

/** Notes what is to be told, as it is now; returns the event. */
export function announce(task: Task, kind: TranscodeEventKind): TranscodeEvent {
  const { tenant, taskId, profile, labels } = task.settings;
  const { phase, percent, problem, manifest } = task.state;
  const event: TranscodeEvent = {
    ...{ tenant, taskId, runId: runIdOf(), sequence: (task.sequence += 1), atMs: Date.now() },
    ...{ profile, labels, phase, percent },
    ...(kind === 'failed' && problem ? { problem: { code: problem.code, message: problem.message } } : {}),
    ...(kind === 'succeeded' && manifest ? { manifest } : {}),
  };
  task.announcements.push({ kind, event });
  return event;
}

/**
 * Publishes what is announced, one by one and beside the work, which must not wait for an event log that is down; progress
 * is announced when some time has passed with nothing else to tell.
 */
export function announceInOrder(task: Task): { finish(): Promise<void> } {
  let isOver = false;
  const hasNews = (): boolean => isOver || task.announcements.length > 0;
  const sending = CancellationScope.nonCancellable(async () => {
    let [toldAtMs, toldPercent] = [Date.now(), 0];
    for (;;) {
      await condition(() => hasNews() || task.state.percent > toldPercent);
      const isQuiet = !hasNews() && !(await condition(hasNews, Math.max(1, toldAtMs + PROGRESS_EVERY_MS - Date.now())));
      if (isQuiet) announce(task, 'progressed');
      const next = task.announcements.shift();
      if (!next) return;
      [toldAtMs, toldPercent] = [Date.now(), next.event.percent];
      const { publishTranscodeEvent } = proxyActivities<TaskActivities>({
        ...RECORD,
        summary: `announce: ${next.kind}`,
      });
      await publishTranscodeEvent(next);
    }
  });
  return {
    finish() {
      isOver = true;
      return sending;
    },
  };
}
