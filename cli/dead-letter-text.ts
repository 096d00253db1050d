import type { FrameHead } from '../contracts/frame-letter.js';
import type { LetterHead } from '../contracts/open-letters.js';
import type { RecordHead } from '../contracts/record-letter.js';
import type { TaskLetter } from '../contracts/task-letter.js';
import { ago } from './ago.js';

/** How the command line shows letters of one kind. */
interface LetterText<Head> {
  /** Where the bytes are. */
  place(letter: Head): string;
  /** What failed, after how much. */
  where(letter: Head): string;
  /** Labels and texts of what the letter is about. */
  rows(letter: Head): string[][];
}

const PLACES = { letter: 'in the letter', store: 'in the store' } as const;

const frame: LetterText<FrameHead> = {
  place: ({ content, host }) => (content.at === 'spool' ? `on ${host}` : PLACES[content.at]),
  where: ({ stage, attempts, host }) => `in the ${stage}, after ${attempts} attempts on ${host}`,
  rows: (letter) => {
    const { slotMs, everyMs, epoch, images } = letter.frame;
    const sizes = images.map(({ width, height, sizeBytes }) => `${width}x${height} ${sizeBytes} B`);
    return [
      ['slot', `${time(slotMs)}, one frame each ${everyMs} ms, segment ${epoch}`],
      ['images', sizes.join(', ')],
      ['bytes', frame.place(letter)],
    ];
  },
};

const transcode: LetterText<TaskLetter> = {
  place: () => 'none: a task',
  where: ({ phase, attempts }) => `in the phase ${phase}, after ${attempts} starts`,
  rows: ({ request, runId }) => [
    ['task', `${request.taskId} of tenant ${request.tenant}, run ${runId}`],
    ['request', `${request.input.url} with ${request.profile}`],
  ],
};

const record: LetterText<RecordHead> = {
  place: ({ isWhole }) => (isWhole ? 'in the letter' : 'too large: only its beginning'),
  where: ({ attempts }) => `in its handler, after ${attempts} attempts`,
  rows: (letter) => [
    ['record', `${letter.topic}, partition ${letter.partition}, offset ${letter.offset}, read as ${letter.group}`],
    ['key', letter.key === null ? 'none' : Buffer.from(letter.key, 'base64').toString()],
    ['bytes', record.place(letter)],
  ],
};

/** One row a kind. */
const TEXTS = { frame, transcode, record } as const;

/** What belongs to a kind is only given to its own row. */
export const textOf = (kind: LetterHead['kind']): LetterText<LetterHead> =>
  TEXTS[kind] as unknown as LetterText<LetterHead>;

export const time = (ms: number): string => `${new Date(ms).toISOString()}, ${ago(ms, Date.now())}`;
