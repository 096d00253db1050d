import assert from 'node:assert/strict';
import type { CaptureEnd } from '../../../contracts/messages.js';
import type { StreamPhase } from '../../../contracts/stream.js';
import { nextAction } from '../../../workflows/state/stream-machine.js';
import type { Action, Announcement, StreamMachine } from '../../../workflows/state/stream-state.js';

import {
  PROBLEM,
  T0,
  applied,
  attached,
  capturing,
  ended,
  ending,
  fresh,
  given,
  hostSilent,
  interrupted,
  rate,
  report,
  start,
  stopAsked,
  waiting,
  type Turn,
} from './turns.js';

const PHASES: Record<Exclude<StreamPhase, 'ended'>, StreamMachine> = {
  waiting: given(start, attached()),
  capturing: given(start, attached(), capturing()),
  interrupted: given(start, attached(), capturing(), interrupted),
};

describe('what a stream does next', () => {
  const cases: [title: string, machine: StreamMachine, action: Action][] = [
    ['starts its first segment', given(), { kind: 'start-segment' }],
    ['waits for a host to take its segment', given(start), { kind: 'wait' }],
    ['waits while a host captures', PHASES.capturing, { kind: 'wait' }],
    ['starts the next segment after one', given(start, attached(), ended('handover')), { kind: 'start-segment' }],
    ['tells the host of a new policy', given(start, attached('b'), rate(250)), { kind: 'push-policy', host: 'b' }],
    ['waits with a new policy for a host', given(start, rate(250)), { kind: 'wait' }],
    ['waits with a new policy for a silent host', given(start, attached(), hostSilent, rate(250)), { kind: 'wait' }],
    ['tells a policy once', given(start, attached(), rate(250), applied({})), { kind: 'wait' }],
    [
      'tells a policy that came while another was on its way',
      given(start, attached(), rate(250), rate(500), applied({ revision: 1 })),
      { kind: 'push-policy', host: 'a' },
    ],
    [
      'tells a policy again to a capture that began anew without it',
      given(start, attached(), rate(250), applied({}), attached('b', 0)),
      { kind: 'push-policy', host: 'b' },
    ],
    [
      'tells nothing to a segment that began with the policy',
      given(rate(250), start, attached('a', 1)),
      { kind: 'wait' },
    ],
    ['stops its segment when it is to end', given(start, ending('stopped')), { kind: 'stop-segment' }],
    ['stops before it tells a policy', given(start, attached(), rate(1), ending('stopped')), { kind: 'stop-segment' }],
    ['waits for the end of a segment that it stopped', given(start, stopAsked, ending('stopped')), { kind: 'wait' }],
    [
      'stops a segment again that began anew',
      given(start, attached(), ending('stopped'), stopAsked, attached('b')),
      { kind: 'stop-segment' },
    ],
    ['finishes when it is to end and no segment is left', given(ending('cancelled')), { kind: 'finish' }],
    [
      'finishes after its last segment, however that ended',
      given(start, attached(), ending('stopped'), stopAsked, ended('handover')),
      { kind: 'finish' },
    ],
  ];
  for (const [title, machine, action] of cases) {
    it(title, () => assert.deepEqual(nextAction(machine), action));
  }
});

describe('a report of the capture', () => {
  interface Outcome {
    phase: StreamPhase;
    announced: Announcement['kind'][];
    problem?: string;
  }
  const outcomes: [title: string, from: keyof typeof PHASES, turn: Turn, outcome: Outcome][] = [
    ['attached while waiting', 'waiting', attached('b'), { phase: 'waiting', announced: [] }],
    ['waiting while waiting', 'waiting', waiting, { phase: 'waiting', announced: [], problem: 'source-stalled' }],
    ['capturing while waiting', 'waiting', capturing(), { phase: 'capturing', announced: ['started'] }],
    ['attached while capturing', 'capturing', attached('b'), { phase: 'capturing', announced: [] }],
    ['capturing while capturing', 'capturing', capturing(), { phase: 'capturing', announced: [] }],
    [
      'interrupted while capturing',
      'capturing',
      interrupted,
      { phase: 'interrupted', announced: ['interrupted'], problem: 'source-stalled' },
    ],
    ['capturing while interrupted', 'interrupted', capturing(), { phase: 'capturing', announced: ['resumed'] }],
    [
      'attached while interrupted',
      'interrupted',
      attached('b'),
      { phase: 'interrupted', announced: [], problem: 'source-stalled' },
    ],
    [
      'waiting while interrupted',
      'interrupted',
      waiting,
      { phase: 'interrupted', announced: [], problem: 'source-stalled' },
    ],
  ];
  for (const [title, from, turn, outcome] of outcomes) {
    it(`${title}: ${outcome.phase}, announces ${outcome.announced.join() || 'nothing'}`, () => {
      const before = PHASES[from];
      const after = turn(before);
      const announced = after.announcements.slice(before.announcements.length).map(({ kind }) => kind);
      assert.deepEqual(
        { phase: after.phase, announced, ...(after.problem ? { problem: after.problem.code } : {}) },
        outcome,
      );
    });
  }

  for (const [phase, machine] of Object.entries(PHASES)) {
    it(`of another segment changes nothing while ${phase}`, () => {
      for (const kind of ['attached', 'capturing', 'waiting', 'interrupted'] as const)
        assert.equal(report({ kind, epoch: machine.epoch - 1, atMs: T0, problem: PROBLEM } as never)(machine), machine);
      assert.equal(ended('failed', {}, machine.epoch + 1)(machine), machine);
    });
  }

  it('after the end of its segment changes nothing', () => {
    const over = given(start, attached(), ended('handover'));
    assert.equal(capturing()({ ...over }).phase, 'waiting');
    assert.deepEqual(interrupted(over), over);
  });

  it('never moves the first slot of the session', () => {
    const machine = given(start, attached(), capturing(T0), ended('handover'), start, attached(), capturing(T0 + 7000));
    assert.equal(machine.firstSlotMs, T0);
  });

  it('numbers interruptions, so that each has its own events', () => {
    const machine = given(start, attached(), capturing(), interrupted, capturing(), interrupted, capturing());
    assert.deepEqual(
      machine.announcements.map(({ kind, occurrence, reason }) => [kind, occurrence, reason]),
      [
        ['started', 0, undefined],
        ['interrupted', 1, 'source-stalled'],
        ['resumed', 1, undefined],
        ['interrupted', 2, 'source-stalled'],
        ['resumed', 2, undefined],
      ],
    );
    assert.equal(machine.interruptions, 2);
  });
});

describe('the end of a segment', () => {
  const account = { untilMs: T0 + 5001, timeline: [{ fromMs: T0, everyMs: 1000, isPaused: false }] };
  const ends: [reason: CaptureEnd['reason'], ending: StreamMachine['ending']][] = [
    ['handover', undefined],
    ['lost', undefined],
    ['stopped', 'stopped'],
    ['source-ended', 'source-ended'],
    ['failed', 'failed'],
  ];
  for (const [phase, machine] of Object.entries(PHASES)) {
    for (const [reason, expected] of ends) {
      it(`${reason} while ${phase} ${expected ? `ends the session as ${expected}` : 'starts the next segment'}`, () => {
        const after = ended(reason, account)(machine);
        assert.equal(after.ending, expected);
        assert.equal(after.segment, undefined);
        assert.equal(after.phase, phase);
        assert.deepEqual(after.predecessor, { epoch: machine.epoch, cut: account });
        assert.equal(nextAction(after).kind, expected ? 'finish' : 'start-segment');
      });
    }
  }

  it('leaves its account to be recovered where it tells none', () => {
    const machine = given(start, attached(), capturing(), ended('handover', account), start, ended('lost'));
    assert.deepEqual(machine.predecessor, { epoch: 2 });
  });

  it('keeps the reason for which the session was to end', () => {
    assert.equal(given(start, ending('cancelled'), ended('failed')).ending, 'cancelled');
    assert.equal(given(ending('stopped'), ending('cancelled')).ending, 'stopped');
  });

  it('brings its problem along', () => {
    assert.deepEqual(given(start, ended('failed', { problem: PROBLEM })).problem, PROBLEM);
  });

  it('forgets what was applied, since the next capture has yet to confirm it', () => {
    assert.equal(given(start, attached(), rate(250), applied({}), ended('handover')).applied, undefined);
  });

  it('makes the next segment one with the newest policy and the next number', () => {
    const machine = given(start, attached(), ended('handover', account), rate(250), start);
    assert.deepEqual(machine.segment, { epoch: 2, revision: 1, isAskedToStop: false });
  });
});

describe('an answer of a host that is no longer asked', () => {
  it('is remembered without a segment to belong to', () => {
    const machine = given(start, attached(), ended('handover'), applied({ revision: 1 }));
    assert.equal(machine.segment, undefined);
    assert.equal(nextAction(machine).kind, 'start-segment');
  });

  it('that never came leaves a segment without a host, and a stream without a segment as it was', () => {
    assert.equal(given(start, attached(), hostSilent).segment?.host, undefined);
    assert.equal(hostSilent(fresh), fresh);
    assert.equal(stopAsked(fresh), fresh);
  });
});

describe('the state of a stream', () => {
  it('is plain data, which continue-as-new carries whole', () => {
    for (const machine of Object.values(PHASES)) assert.deepEqual(JSON.parse(JSON.stringify(machine)), machine);
  });

  it('is replaced, never changed', () => {
    const machine = PHASES.interrupted;
    const before = JSON.stringify(machine);
    for (const turn of [capturing(), attached('z'), ended('failed'), rate(100), applied({}), stopAsked, hostSilent])
      turn(machine);
    assert.equal(JSON.stringify(machine), before);
  });
});
