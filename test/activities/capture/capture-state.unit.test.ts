import assert from 'node:assert/strict';
import {
  closingReason,
  missingReason,
  newCapture,
  step,
  type CaptureEffect,
  type CaptureEvent,
  type CaptureState,
} from '../../../activities/capture/capture-state.js';
import type { Problem } from '../../../contracts/errors.js';
import { T0 } from './frames.js';

const WHO = { epoch: 3, host: 'here', instance: 'i' };
const PROBLEM: Problem = { code: 'source-ended', message: 'it ended' };
const ATTACHED: CaptureEffect = { kind: 'report', report: { kind: 'attached', ...WHO, revision: 7 } };
const READY: CaptureEffect = { kind: 'report', report: { kind: 'ready', ...WHO, revision: 7, firstSlotMs: T0 } };
const RELAY_WANTED: CaptureEffect = { kind: 'report', report: { kind: 'relay-wanted', epoch: 3 } };
const END: CaptureEffect = { kind: 'end' };
const CAPTURING: CaptureEffect = {
  kind: 'report',
  report: { kind: 'capturing', epoch: 3, atMs: T0 + 40, firstSlotMs: T0 },
};
const WAITING: CaptureEffect = { kind: 'report', report: { kind: 'waiting', epoch: 3, atMs: T0, problem: PROBLEM } };
const INTERRUPTED: CaptureEffect = {
  kind: 'report',
  report: { kind: 'interrupted', epoch: 3, atMs: T0, problem: PROBLEM },
};

const first = newCapture({ who: WHO, isSuccessor: false, hasAccount: false, nowMs: T0 });
const successor = newCapture({ who: WHO, isSuccessor: true, hasAccount: false, nowMs: T0 });
const ready: CaptureState = { ...successor, phase: { kind: 'ready', firstSlotMs: T0 } };
const capturing: CaptureState = { ...first, missing: undefined, isAway: false };
const stopped: CaptureState = { ...capturing, ending: 'stopped' };

const served = (timeMs: number, limitMs = Infinity): CaptureEvent => ({
  kind: 'served',
  timeMs,
  firstSlotMs: T0,
  limitMs,
});
const failed = (change: Partial<Extract<CaptureEvent, { kind: 'failed' }>> = {}): CaptureEvent => ({
  kind: 'failed',
  problem: PROBLEM,
  lastArrivedMs: T0,
  hasPictures: true,
  nowMs: T0,
  ...change,
});
const FLAP_OVER: CaptureEvent = { kind: 'flap-over', problem: PROBLEM, lastArrivedMs: T0, servedMs: T0 };
const HANDOVER: CaptureEvent = { kind: 'end', ending: 'handover' };
const later = (inMs: number, event: CaptureEvent): CaptureEffect => ({ kind: 'later', inMs, event });

describe('the state of a capture', () => {
  const cases: [
    title: string,
    state: CaptureState,
    event: CaptureEvent,
    effects: CaptureEffect[],
    change: Partial<CaptureState>,
  ][] = [
    ['tells who captures', first, { kind: 'attach', revision: 7 }, [ATTACHED], {}],
    ['tells of a held successor that it is there', successor, { kind: 'attach', revision: 7 }, [ATTACHED], {}],
    ['tells of a ready successor from which slot on', ready, { kind: 'attach', revision: 7 }, [READY], {}],
    [
      'makes a successor ready with its first picture',
      successor,
      { kind: 'arrived', slotMs: T0, revision: 7 },
      [READY],
      { phase: { kind: 'ready', firstSlotMs: T0 } },
    ],
    ['keeps the first slot of a ready successor', ready, { kind: 'arrived', slotMs: T0 + 500, revision: 7 }, [], {}],
    ['says nothing of pictures that are served', capturing, { kind: 'arrived', slotMs: T0, revision: 7 }, [], {}],
    [
      'serves from the cut on once it has begun',
      ready,
      { kind: 'begun', missing: undefined, isAway: false, fromMs: T0 - 300 },
      [],
      { phase: { kind: 'serving' }, missing: undefined, isAway: false, lastServedMs: T0 - 300 },
    ],
    [
      'begins without a cut where nothing went before',
      ready,
      { kind: 'begun', missing: 'worker-lost', isAway: true, fromMs: undefined },
      [],
      { phase: { kind: 'serving' }, missing: 'worker-lost', isAway: true },
    ],
    [
      'tells of the first picture',
      first,
      served(T0 + 40.4),
      [CAPTURING],
      { missing: undefined, isAway: false, lastServedMs: T0 + 40.4 },
    ],
    ['tells of no other picture', capturing, served(T0 + 40), [], { lastServedMs: T0 + 40 }],
    [
      'hands over with the first picture behind the cut',
      capturing,
      served(T0 + 40, T0 + 40),
      [END],
      { lastServedMs: T0 + 40, ending: 'handover' },
    ],
    ['goes on before the cut', capturing, served(T0 + 40, T0 + 41), [], { lastServedMs: T0 + 40 }],
    [
      'waits for the first picture of a source that fails',
      first,
      failed({ hasPictures: false }),
      [WAITING],
      { missing: 'source-offline' },
    ],
    ['says nothing where a held successor fails', successor, failed(), [], { missing: 'source-offline' }],
    ['keeps a failure for two seconds', capturing, failed(), [later(2000, FLAP_OVER)], { missing: 'source-offline' }],
    [
      'counts them from the last picture',
      capturing,
      failed({ nowMs: T0 + 1500 }),
      [later(500, FLAP_OVER)],
      { missing: 'source-offline' },
    ],
    [
      'tells at once of what has lasted longer',
      capturing,
      failed({ nowMs: T0 + 9000 }),
      [later(0, FLAP_OVER)],
      { missing: 'source-offline' },
    ],
    ['tells of an interruption', capturing, FLAP_OVER, [INTERRUPTED], { isAway: true }],
    ['says nothing where pictures have come since', { ...capturing, lastServedMs: T0 + 1999 }, FLAP_OVER, [], {}],
    ['tells of an interruption once', { ...capturing, isAway: true }, FLAP_OVER, [], {}],
    ['tells of none once it is to end', stopped, FLAP_OVER, [], {}],
    ['misses pictures that change size', capturing, { kind: 'resized' }, [], { missing: 'decode-error' }],
    ['wants a relay while it serves', capturing, { kind: 'relay-due' }, [RELAY_WANTED], {}],
    ['wants none before it serves', ready, { kind: 'relay-due' }, [], {}],
    ['wants none once it is to end', stopped, { kind: 'relay-due' }, [], {}],
    [
      'hands over at a cut that it has reached',
      capturing,
      { kind: 'cut', untilMs: T0, nowMs: T0 + 10 },
      [END],
      { ending: 'handover' },
    ],
    [
      'waits for the pictures before a cut to come, and three seconds for those on their way',
      capturing,
      { kind: 'cut', untilMs: T0 + 700, nowMs: T0 + 200 },
      [later(3500, HANDOVER)],
      {},
    ],
    [
      'waits three seconds where the cut has passed',
      capturing,
      { kind: 'cut', untilMs: T0 + 700, nowMs: T0 + 900 },
      [later(3000, HANDOVER)],
      {},
    ],
    ['ends as it is told', capturing, { kind: 'end', ending: 'stopped' }, [END], { ending: 'stopped' }],
    ['ends as it was told first', stopped, HANDOVER, [], {}],
  ];
  for (const [title, state, event, effects, change] of cases) {
    it(title, () => {
      const next = step(state, event);
      assert.deepEqual(next.effects, effects);
      assert.deepEqual(next.state, { ...state, ...change });
    });
  }
});

const OPEN = { limitMs: Infinity, isPaused: false };

describe('the reason of a gap', () => {
  const late = { ...capturing, lastServedMs: T0 };
  const away: CaptureState = { ...late, missing: 'source-offline' };
  const freeze = { fromMs: T0 + 100, untilMs: T0 + 12_100 };
  const { state: thawed } = step(late, { kind: 'thawed', freeze });
  const catchingUp: CaptureState = { ...thawed, lastServedMs: T0 + 11_000 };
  const recovered: CaptureState = { ...thawed, lastServedMs: T0 + 14_100 };
  const stalledMeanwhile: CaptureState = { ...thawed, missing: 'source-stalled' };
  const awayBefore: CaptureState = { ...away, lastServedMs: T0 - 60_000, freeze };

  for (const [title, reason, expected] of [
    ['before any picture is that of the source', missingReason(first, T0), 'source-offline'],
    [
      'where another host was lost says so',
      missingReason(newCapture({ who: WHO, isSuccessor: false, hasAccount: true, nowMs: T0 }), T0),
      'worker-lost',
    ],
    ['between pictures is the rate', missingReason(late, T0 + 2000), 'rate-infeasible'],
    ['between pictures far apart is a stall', missingReason(late, T0 + 2001), 'source-stalled'],
    ['in an outage is that of the outage', missingReason(away, T0 + 9000), 'source-offline'],
    ['at the end of an outage is that of the outage', closingReason(away, OPEN), 'source-offline'],
    ['at the end is none where pictures come', closingReason(late, OPEN), undefined],
    ['at a cut is that of the slots before it', closingReason(late, { ...OPEN, limitMs: T0 + 500 }), 'rate-infeasible'],
    ['since a freeze is the freeze', missingReason(thawed, T0 + 13_000), 'worker-lost'],
    ['after the last picture of a freeze is the freeze', missingReason(catchingUp, T0 + 13_000), 'worker-lost'],
    ['after a freeze is the rate again', missingReason(recovered, T0 + 15_000), 'rate-infeasible'],
    ['of a source that stalled in a freeze is the freeze', missingReason(stalledMeanwhile, T0 + 20_000), 'worker-lost'],
    [
      'of a source that was away before a freeze is the source',
      missingReason(awayBefore, T0 + 20_000),
      'source-offline',
    ],
    ['at the end of a freeze is the freeze', closingReason(stalledMeanwhile, OPEN), 'worker-lost'],
    ['in a pause is the pause', closingReason(away, { ...OPEN, isPaused: true }), 'paused'],
  ] as const) {
    it(title, () => assert.equal(reason, expected));
  }
});
