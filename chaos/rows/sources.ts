import type { Row, FaultStep } from '../row.js';

const EVERY_MS = 500;
const FLAP_SECONDS = 5;
/** A reconnect with its pause, and the first picture. */
const RECONNECT_SECONDS = 10;
const STALL_MS = 3000;

const change = (clip: Extract<FaultStep, { do: 'publish' }>['clip']): FaultStep[] => [
  { do: 'publish', clip },
  { do: 'wait', for: { full: 20, short: 8 } },
];

const sourceRow = ({ name, fault, steps, ...rest }: Pick<Row, 'name' | 'fault' | 'steps'> & Partial<Row>): Row => ({
  name,
  fault,
  steps,
  workers: 2,
  everyMs: EVERY_MS,
  stream: { source: { reconnectWindowMs: 300_000, stallMs: STALL_MS } },
  expect: { gaps: { 'source-offline': 20 }, recoverySeconds: RECONNECT_SECONDS },
  ...rest,
});

export const SOURCE_ROWS: readonly Row[] = [
  sourceRow({
    name: 'source-stall',
    fault: 'sources keep their connections and send nothing for %',
    extent: { for: { full: 60, short: 15 } },
    steps: [
      { do: 'publishers', action: 'freeze' },
      { do: 'wait', for: { full: 60, short: 15 } },
      { do: 'publishers', action: 'thaw' },
    ],
    expect: {
      gaps: { 'source-stalled': { full: 75, short: 30 }, 'source-offline': { full: 75, short: 30 } },
      mustSee: ['source-stalled'],
      recoverySeconds: 20,
      recoveryFrom: 'end',
    },
  }),
  sourceRow({
    name: 'source-flap',
    fault: 'sources leave for 5 s and come back, % times',
    extent: { times: { full: 8, short: 2 } },
    steps: [
      {
        do: 'repeat',
        times: { full: 8, short: 2 },
        steps: [
          { do: 'publishers', action: 'kill' },
          { do: 'wait', for: FLAP_SECONDS },
          { do: 'publishers', action: 'restart' },
          { do: 'wait', for: FLAP_SECONDS },
        ],
      },
    ],
    expect: {
      gaps: { 'source-offline': { full: 80, short: 20 }, 'source-stalled': { full: 80, short: 20 } },
      mustSee: ['source-offline'],
      recoverySeconds: 15,
      recoveryFrom: 'end',
    },
  }),
  sourceRow({
    name: 'source-codec',
    fault: 'sources change their codec, and back',
    steps: [...change({ codec: 'flv' }), ...change({})],
  }),
  sourceRow({
    name: 'source-resolution',
    fault: 'sources change their resolution, and back',
    steps: [...change({ size: '320x180' }), ...change({})],
  }),
  sourceRow({
    name: 'source-time-jump',
    fault: 'the time stamps of sources begin anew, then jump by 10 min',
    steps: [
      { do: 'publish', clip: {}, jumpAfterSeconds: 8 },
      { do: 'wait', for: { full: 40, short: 15 } },
    ],
  }),
  sourceRow({
    name: 'source-audio-only',
    fault: 'sources send audio alone for %',
    extent: { for: { full: 30, short: 12 } },
    steps: [
      { do: 'publish', clip: { video: false } },
      { do: 'wait', for: { full: 30, short: 12 } },
      { do: 'publish', clip: {} },
    ],
    expect: {
      gaps: {
        'no-video': { full: 60, short: 40 },
        'source-offline': { full: 60, short: 40 },
        'source-stalled': { full: 60, short: 40 },
      },
      mustSee: ['no-video'],
      recoverySeconds: 25,
      recoveryFrom: 'end',
    },
  }),
  sourceRow({
    name: 'hostile-source',
    fault: 'beside good sources one sends noise without end, and one a playlist without end, for %',
    extent: { for: { full: 60, short: 20 } },
    steps: [{ do: 'hostile-sources' }, { do: 'wait', for: { full: 60, short: 20 } }],
    expect: { gaps: {}, recoverySeconds: 2 },
  }),
];
