import type { FaultMode } from '../../dev/fault-mode.js';
import { TOPICS } from '../../contracts/events.js';
import type { Row, Service, FaultSpan, FaultStep } from '../row.js';

const EVERY_MS = 500;
const LONG: FaultSpan = { full: 180, short: 15 };
const MEDIUM: FaultSpan = { full: 60, short: 15 };
/** A second store is used where the first one is away for more than a restart. */
const LONG_ENOUGH: FaultSpan = { full: 60, short: 25 };
/** Capture does not wait for its destinations: the next slot comes as if nothing were. */
const AT_ONCE = 2;
const KIB = 1024;

const during = (of: Service, mode: FaultMode, seconds: FaultSpan): FaultStep[] => [
  { do: 'link', of: [of], to: 'all', mode },
  { do: 'wait', for: seconds },
  { do: 'link', of: [of], to: 'all', mode: { kind: 'pass' } },
];

const outage = ({ name, fault, steps, ...rest }: Pick<Row, 'name' | 'fault' | 'steps'> & Partial<Row>): Row => ({
  name,
  fault,
  steps,
  workers: 2,
  everyMs: EVERY_MS,
  expect: { gaps: {}, recoverySeconds: AT_ONCE },
  ...rest,
});

const linkRow = (name: string, what: string, [of, mode, seconds]: [Service, FaultMode, FaultSpan]): Row =>
  outage({ name, fault: `${what} for %`, extent: { for: seconds }, steps: during(of, mode, seconds) });

const answer = (status: number, code: string): FaultMode => ({ kind: 'answer', status, code });

export const STORE_ROWS: readonly Row[] = [
  linkRow('store-refuses', 'store refuses connections', ['store', { kind: 'refuse' }, LONG]),
  linkRow('store-black-hole', 'store accepts and never answers', ['store', { kind: 'black-hole' }, LONG]),
  linkRow('store-503', 'store answers 503 SlowDown', ['store', answer(503, 'SlowDown'), MEDIUM]),
  linkRow('store-slow', 'store takes 50 kB/s', ['store', { kind: 'slow', bytesPerSecond: 50 * KIB }, MEDIUM]),
  linkRow('store-412', 'store answers 412', ['store', answer(412, 'PreconditionFailed'), MEDIUM]),
  linkRow('store-409', 'store answers 409', ['store', answer(409, 'ConditionalRequestConflict'), MEDIUM]),
  linkRow('store-cut', 'store resets each answer', ['store', { kind: 'cut', afterBytes: 20 }, MEDIUM]),
  outage({
    name: 'store-once',
    fault: 'store fails one single request',
    steps: [
      {
        do: 'link',
        of: ['store'],
        to: 'capture',
        mode: { kind: 'answer', status: 500, code: 'InternalError', requests: 1 },
      },
      { do: 'wait', for: 10 },
      { do: 'link', of: ['store'], to: 'capture', mode: { kind: 'pass' } },
    ],
  }),
  outage({
    name: 'store-403',
    fault: 'store answers 403 AccessDenied for %',
    extent: { for: MEDIUM },
    steps: during('store', answer(403, 'AccessDenied'), MEDIUM),
    expect: { gaps: {}, deadLetterSeconds: { full: 65, short: 20 }, recoverySeconds: AT_ONCE },
  }),
  outage({
    name: 'store-to-backup',
    fault: 'store refuses for %, with a second one',
    extent: { for: LONG_ENOUGH },
    backup: 'folder',
    steps: during('store', { kind: 'refuse' }, LONG_ENOUGH),
    expect: { gaps: {}, mustUseBackup: true, recoverySeconds: AT_ONCE },
  }),
  outage({
    name: 'both-stores-refuse',
    fault: 'both stores refuse for %',
    extent: { for: MEDIUM },
    backup: 'bucket',
    steps: during('store', { kind: 'refuse' }, MEDIUM),
  }),
  outage({
    name: 'store-server-kill',
    fault: 'kill -9 of the store, started again after %',
    extent: { for: { full: 30, short: 10 } },
    steps: [
      { do: 'server', server: 'store', action: 'kill' },
      { do: 'wait', for: { full: 30, short: 10 } },
      { do: 'server', server: 'store', action: 'start' },
    ],
  }),
];

export const EVENT_ROWS: readonly Row[] = [
  outage({
    name: 'kafka-down',
    fault: 'kill -9 of Kafka, started again after %',
    extent: { for: LONG },
    steps: [
      { do: 'server', server: 'events', action: 'kill' },
      { do: 'wait', for: LONG },
      { do: 'server', server: 'events', action: 'start' },
    ],
  }),
  linkRow('kafka-black-hole', 'Kafka accepts and never answers', ['events', { kind: 'black-hole' }, MEDIUM]),
  linkRow('kafka-no-acks', 'Kafka takes records, acknowledgements are lost', [
    'events',
    { kind: 'drop-acknowledgement' },
    MEDIUM,
  ]),
  outage({
    name: 'topic-missing',
    fault: 'the topic of frames is missing from the start, for %',
    extent: { for: MEDIUM },
    before: [{ do: 'topic', topic: TOPICS.frames, action: 'delete' }],
    steps: [
      { do: 'wait', for: MEDIUM },
      { do: 'topic', topic: TOPICS.frames, action: 'create' },
    ],
    expect: {
      gaps: { 'dead-lettered': { full: 75, short: 30 } },
      deadLetterSeconds: { full: 75, short: 30 },
      recoverySeconds: 5,
      recoveryFrom: 'end',
    },
  }),
];

export const TEMPORAL_ROWS: readonly Row[] = [
  outage({
    name: 'temporal-restart',
    fault: 'Temporal killed and started again',
    steps: [
      { do: 'server', server: 'temporal', action: 'kill' },
      { do: 'server', server: 'temporal', action: 'start' },
      { do: 'wait', for: { full: 30, short: 10 } },
    ],
  }),
  linkRow('temporal-cut-off', 'Temporal out of reach of all workers', [
    'temporal',
    { kind: 'black-hole' },
    { full: 120, short: 20 },
  ]),
  outage({
    name: 'temporal-cut-off-flaps',
    fault: 'Temporal out of reach of all workers for %, while sources leave for 5 s now and then',
    extent: { for: { full: 600, short: 20 } },
    stream: { source: { reconnectWindowMs: 300_000, stallMs: 3000 } },
    steps: [
      { do: 'link', of: ['temporal'], to: 'all', mode: { kind: 'black-hole' } },
      {
        do: 'repeat',
        times: { full: 10, short: 1 },
        steps: [
          { do: 'publishers', action: 'kill' },
          { do: 'wait', for: 5 },
          { do: 'publishers', action: 'restart' },
          { do: 'wait', for: { full: 55, short: 15 } },
        ],
      },
      { do: 'link', of: ['temporal'], to: 'all', mode: { kind: 'pass' } },
    ],
    expect: {
      gaps: { 'source-offline': { full: 100, short: 15 }, 'source-stalled': { full: 100, short: 15 } },
      mustSee: ['source-offline'],
      recoverySeconds: AT_ONCE,
      recoveryFrom: 'end',
    },
  }),
];
