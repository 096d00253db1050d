import type { EventSink } from '../adapters/event-log/event-log.js';
import { deadLetterEvent } from '../contracts/dead-letter.js';
import { TOPICS } from '../contracts/events.js';
import { dispositionOf } from '../contracts/letter-fields.js';
import { taskLetterOf } from '../contracts/task-letter.js';
import type { TaskLetterInput } from '../contracts/transcode-work.js';

/** Records a task that was given up; twice is the same letter. */
export const createRecordTaskLetter = (events: EventSink) =>
  async function recordTaskLetter(input: TaskLetterInput): Promise<void> {
    const letter = taskLetterOf(input, { disposition: dispositionOf(input.problem.code), nowMs: Date.now() });
    await events.publish(TOPICS.deadLetters, { key: letter.task.taskId, event: deadLetterEvent(letter) });
  };
