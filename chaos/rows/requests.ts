import type { Row } from '../row.js';

const EVERY_MS = 500;
const MIB = 1024 * 1024;
/** Streams of a row that begins with its fault are not waited for. */
const STARTED_WITHIN_SECONDS = 20;
/** Long enough that it is still being encoded when its link is spoilt. */
const TASK_SECONDS = 40;

/** What callers do, and what Reelay does to itself all the time. */
export const REQUEST_ROWS: readonly Row[] = [
  {
    name: 'double-start',
    fault: 'every stream is started again, twice at once',
    workers: 2,
    everyMs: EVERY_MS,
    steps: [{ do: 'start-again' }],
    expect: { gaps: {}, recoverySeconds: 2 },
  },
  {
    name: 'start-against-stop',
    fault: 'start, stop and start of every stream at once',
    workers: 2,
    everyMs: EVERY_MS,
    steps: [{ do: 'stop-while-starting' }],
    expect: { gaps: {}, recoverySeconds: 15 },
  },
  {
    name: 'terminate-and-start',
    fault: 'every stream is terminated and started again at once',
    workers: 2,
    everyMs: EVERY_MS,
    steps: [{ do: 'terminate-and-start' }, { do: 'wait', for: { full: 30, short: 15 } }],
    expect: { gaps: {}, recoverySeconds: 10 },
  },
  {
    name: 'rate-storm',
    fault: '200 rate changes of every stream in 10 s, with continue-as-new',
    workers: 2,
    everyMs: EVERY_MS,
    stream: { continueAfterEvents: 150 },
    steps: [{ do: 'rates', changes: 200, withinSeconds: 10, last: EVERY_MS }],
    expect: { gaps: {}, recoverySeconds: 2 },
  },
  {
    name: 'relays',
    fault: '% relays in a row at 4 fps',
    extent: { times: { full: 50, short: 4 } },
    workers: 2,
    everyMs: 250,
    streams: 2,
    stream: { segmentMs: 5000 },
    steps: [{ do: 'relays', count: { full: 50, short: 4 }, withinSeconds: { full: 900, short: 120 } }],
    expect: { gaps: {}, recoverySeconds: 2 },
  },
  {
    name: 'cancel-during-publish',
    fault: 'a transcode is cancelled while its manifest is on its way to a store that does not answer',
    workers: 1,
    everyMs: EVERY_MS,
    streams: 1,
    taskSeconds: TASK_SECONDS,
    before: [{ do: 'link', of: ['store'], to: 'workflow', mode: { kind: 'black-hole' } }],
    steps: [
      { do: 'task-reaches', phase: 'publish' },
      { do: 'cancel-task' },
      { do: 'link', of: ['store'], to: 'workflow', mode: { kind: 'pass' } },
    ],
    expect: { gaps: {}, recoverySeconds: STARTED_WITHIN_SECONDS },
  },
  {
    name: 'cancel-before-publish',
    fault: 'a transcode is cancelled while its outputs are on their way to a slow store',
    workers: 1,
    everyMs: EVERY_MS,
    streams: 1,
    taskSeconds: TASK_SECONDS,
    before: [{ do: 'link', of: ['store'], to: 'transcode', mode: { kind: 'slow', bytesPerSecond: MIB } }],
    steps: [
      { do: 'task-reaches', phase: 'assemble' },
      { do: 'cancel-task' },
      { do: 'link', of: ['store'], to: 'transcode', mode: { kind: 'pass' } },
    ],
    expect: { gaps: {}, task: 'cancelled', recoverySeconds: STARTED_WITHIN_SECONDS },
  },
];
