import type { TaskLetter } from '../../../contracts/task-letter.js';
import type { LetterWork } from './letter-work.js';

export const TASK_WORK: LetterWork<TaskLetter, TaskLetter> = {
  hostOf: () => undefined,
  async send(letter, { restartTask }) {
    await restartTask(letter);
    return 'restarted';
  },
};
