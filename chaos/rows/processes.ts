import type { FaultSpan, FaultStep, Row } from '../row.js';

/** One host is noticed to be gone within its lease of 3 s, and another has a picture a few seconds later. */
const TAKE_OVER_SECONDS = 10;
const EVERY_MS = 500;

const kill: FaultStep = { do: 'signal', to: 'busiest', signal: 'SIGKILL' };
const freeze = (seconds: FaultSpan, { thawedFor }: { thawedFor: FaultSpan }): FaultStep[] => [
  { do: 'signal', to: 'busiest', signal: 'SIGSTOP' },
  { do: 'wait', for: seconds },
  { do: 'signal', to: 'busiest', signal: 'SIGCONT' },
  { do: 'wait', for: thawedFor },
];
const everything = ['temporal', 'store', 'events'] as const;

export const PROCESS_ROWS: readonly Row[] = [
  {
    name: 'worker-kill',
    fault: 'kill -9 of one of two workers',
    workers: 2,
    everyMs: EVERY_MS,
    steps: [kill],
    expect: { gaps: { 'worker-lost': TAKE_OVER_SECONDS }, recoverySeconds: TAKE_OVER_SECONDS },
  },
  {
    name: 'only-worker-kill',
    fault: 'kill -9 of the only worker',
    workers: 1,
    everyMs: EVERY_MS,
    steps: [kill],
    expect: { gaps: { 'worker-lost': 15 }, recoverySeconds: 15 },
  },
  {
    name: 'ffmpeg-kill',
    fault: 'kill -9 of every ffmpeg',
    workers: 2,
    everyMs: EVERY_MS,
    steps: [{ do: 'kill-ffmpeg', to: 'capture' }],
    expect: { gaps: { 'source-offline': 5, 'source-stalled': 5, 'decode-error': 5 }, recoverySeconds: 5 },
  },
  {
    name: 'worker-freeze',
    fault: 'SIGSTOP of one of two workers for %, then SIGCONT',
    extent: { for: { full: 60, short: 15 } },
    workers: 2,
    everyMs: EVERY_MS,
    steps: freeze({ full: 60, short: 15 }, { thawedFor: { full: 15, short: 5 } }),
    expect: { gaps: { 'worker-lost': TAKE_OVER_SECONDS }, recoverySeconds: TAKE_OVER_SECONDS },
  },
  {
    name: 'only-worker-freeze',
    fault: 'SIGSTOP of the only worker for %, then SIGCONT',
    extent: { for: { full: 60, short: 12 } },
    workers: 1,
    everyMs: EVERY_MS,
    steps: freeze({ full: 60, short: 12 }, { thawedFor: 10 }),
    expect: {
      gaps: { 'worker-lost': { full: 70, short: 20 } },
      mustSee: ['worker-lost'],
      recoverySeconds: TAKE_OVER_SECONDS,
      recoveryFrom: 'end',
    },
  },
  {
    name: 'worker-cut-off',
    fault: 'one of two workers cut off from everything for %',
    extent: { for: { full: 90, short: 20 } },
    workers: 2,
    everyMs: EVERY_MS,
    steps: [
      { do: 'link', of: everything, to: 'busiest', mode: { kind: 'black-hole' } },
      { do: 'wait', for: { full: 90, short: 20 } },
      { do: 'link', of: everything, to: 'busiest', mode: { kind: 'pass' } },
      { do: 'wait', for: { full: 20, short: 10 } },
    ],
    expect: { gaps: { 'worker-lost': TAKE_OVER_SECONDS }, recoverySeconds: TAKE_OVER_SECONDS },
  },
  {
    name: 'rolling-restart',
    fault: 'SIGTERM and start of each of two workers in turn',
    workers: 2,
    everyMs: EVERY_MS,
    steps: [
      { do: 'restart-worker', to: 'busiest' },
      { do: 'recover' },
      { do: 'restart-worker', to: 'other' },
      { do: 'recover' },
    ],
    expect: { gaps: {}, recoverySeconds: 2 },
  },
  {
    name: 'only-worker-restart',
    fault: 'SIGTERM and start of the only worker',
    workers: 1,
    everyMs: EVERY_MS,
    steps: [{ do: 'restart-worker', to: 'busiest' }],
    expect: { gaps: { 'worker-lost': 15 }, recoverySeconds: 15 },
  },
  {
    name: 'kill-at-random',
    fault: 'kill -9 of the only worker at % random moments, at 4 fps',
    extent: { times: { full: 20, short: 3 } },
    workers: 1,
    everyMs: 250,
    streams: 3,
    steps: [
      {
        do: 'repeat',
        times: { full: 20, short: 3 },
        steps: [{ do: 'wait-randomly', upTo: 5 }, kill, { do: 'recover' }],
      },
    ],
    expect: { gaps: { 'worker-lost': { full: 300, short: 45 } }, recoverySeconds: 15, unseenSeconds: 6 },
  },
  {
    name: 'workflow-worker-kill',
    fault: 'kill -9 of the workflow worker, then of a capture worker',
    workers: 2,
    everyMs: EVERY_MS,
    steps: [{ do: 'signal', to: 'workflow', signal: 'SIGKILL' }, kill],
    expect: { gaps: { 'worker-lost': 20 }, recoverySeconds: 20 },
  },
  {
    name: 'upgrade',
    fault: 'all workers of the previous release stop, and those of this one start; a transcode is under way',
    workers: 2,
    everyMs: EVERY_MS,
    startsWithPrevious: true,
    taskSeconds: 180,
    steps: [{ do: 'upgrade' }],
    expect: { gaps: { 'worker-lost': 30 }, mustSee: ['worker-lost'], recoverySeconds: 45 },
  },
  {
    name: 'two-namespaces',
    fault: 'two namespaces share store and topics, and an id; both janitors go through old work',
    workers: 1,
    everyMs: EVERY_MS,
    streams: 2,
    hasOtherNamespace: true,
    taskSeconds: 60,
    steps: [{ do: 'janitors' }, { do: 'wait', for: { full: 30, short: 10 } }],
    expect: { gaps: {}, recoverySeconds: 2 },
  },
];
