import type { Row } from '../row.js';

const EVERY_MS = 500;
const MIB = 1024 * 1024;

/** What the machine of a worker does to it: its disk and its clock. */
export const HOST_ROWS: readonly Row[] = [
  {
    name: 'disk-full',
    fault: 'the disk of the spool is full for %',
    extent: { for: { full: 30, short: 10 } },
    workers: 2,
    everyMs: EVERY_MS,
    spoolBytes: 32 * MIB,
    steps: [
      { do: 'spool', to: 'capture', state: 'full' },
      { do: 'wait', for: { full: 30, short: 10 } },
      { do: 'spool', to: 'capture', state: 'free' },
    ],
    expect: {
      gaps: {},
      recoverySeconds: 5,
      recoveryFrom: 'end',
    },
  },
  {
    name: 'spool-read-only',
    fault: 'the spool is read-only for %',
    extent: { for: { full: 30, short: 10 } },
    workers: 2,
    everyMs: EVERY_MS,
    spoolBytes: 32 * MIB,
    steps: [
      { do: 'spool', to: 'capture', state: 'read-only' },
      { do: 'wait', for: { full: 30, short: 10 } },
      { do: 'spool', to: 'capture', state: 'writable' },
    ],
    expect: {
      gaps: {},
      recoverySeconds: 5,
      recoveryFrom: 'end',
    },
  },
  {
    name: 'wall-clock',
    fault: 'the wall clock of all workers jumps an hour ahead, then two back',
    workers: 2,
    everyMs: EVERY_MS,
    hasClock: true,
    steps: [
      { do: 'clock', offsetSeconds: 3600 },
      { do: 'wait', for: { full: 30, short: 10 } },
      { do: 'clock', offsetSeconds: -3600 },
      { do: 'wait', for: { full: 30, short: 10 } },
      { do: 'clock', offsetSeconds: 0 },
    ],
    expect: { gaps: {}, recoverySeconds: 2 },
  },
  {
    name: 'clock-skew',
    fault: 'workers are restarted one after the other while their wall clock is half an hour behind, then ahead',
    workers: 2,
    everyMs: EVERY_MS,
    hasClock: true,
    steps: [
      { do: 'clock', offsetSeconds: -1800 },
      { do: 'restart-worker', to: 'busiest' },
      { do: 'wait', for: { full: 30, short: 5 } },
      { do: 'clock', offsetSeconds: 1800 },
      { do: 'restart-worker', to: 'other' },
      { do: 'wait', for: { full: 30, short: 5 } },
      { do: 'restart-worker', to: 'busiest' },
      { do: 'wait', for: { full: 30, short: 5 } },
      { do: 'clock', offsetSeconds: 0 },
      { do: 'wait', for: { full: 30, short: 5 } },
    ],
    expect: { gaps: {}, recoverySeconds: 5 },
  },
];
