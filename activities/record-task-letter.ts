import type { EventSink } from '../adapters/event-log/event-log.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { deadLetterEvent } from '../contracts/dead-letter.js';
import { TOPICS } from '../contracts/events.js';
import { failureKey } from '../contracts/keys.js';
import { dispositionOf } from '../contracts/letter-fields.js';
import { isRetryable } from '../contracts/patience.js';
import { taskLetterOf } from '../contracts/task-letter.js';
import type { TaskLetterInput } from '../contracts/transcode-work.js';

interface Deps {
  events: EventSink;
  store: Pick<ObjectStore, 'put'>;
}

/**
 * Records a task that was given up; twice is the same letter. A note beside its logs outlives what Temporal retains, so that
 * no trigger starts the task again.
 */
export const createRecordTaskLetter = ({ events, store }: Deps) =>
  async function recordTaskLetter(input: TaskLetterInput): Promise<void> {
    const letter = taskLetterOf(input, { disposition: dispositionOf(input.problem.code), nowMs: Date.now() });
    const { task, runId, code, message, lastFailedAtMs } = letter;
    await events.publish(TOPICS.deadLetters, { key: task.taskId, event: deadLetterEvent(letter) });
    const note = Buffer.from(JSON.stringify({ runId, code, message, failedAtMs: lastFailedAtMs }));
    await store.put(failureKey(task), note, { contentType: 'application/json' }).catch((error: unknown) => {
      if (isRetryable(error)) throw error; // else the letter says it, and a store that denies a note denies the task too
    });
  };
