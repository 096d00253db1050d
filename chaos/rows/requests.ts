import type { Row } from '../row.js';

const EVERY_MS = 500;

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
];
