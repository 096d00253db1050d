import assert from 'node:assert/strict';
import {
  nextAction,
  isCurrentSegment,
  withHostLost,
  withReport,
  withSegmentEnded,
  withSegmentRelieved,
  withSuccessorBegun,
  withSuccessorDropped,
  withSuccessorStarted,
} from '../../../workflows/state/stream-machine.js';
import type { CaptureEnd } from '../../../contracts/messages.js';
import type { Action, StreamMachine } from '../../../workflows/state/stream-state.js';

import { T0, applied, attached, capturing, ended, ending, given, rate, report, start, type Turn } from './turns.js';

describe('a relay', () => {
  const cut = { untilMs: T0 + 9000, timeline: [{ fromMs: T0, everyMs: 1000, isPaused: false }] };
  const wanted: Turn = (machine) => withReport(machine, { kind: 'relay-wanted', epoch: machine.segment?.epoch ?? 0 });
  const lost =
    (instance: string): Turn =>
    (machine) =>
      withHostLost(machine, { host: instance[0] ?? '', instance });
  const successor: Turn = (machine) => withSuccessorStarted(machine);
  const ready = (host = 'b'): Turn =>
    report({ kind: 'ready', host, instance: `${host}1`, revision: 0, firstSlotMs: T0 + 7000 } as never);
  const relieved =
    (at?: typeof cut): Turn =>
    (machine) =>
      withSegmentRelieved(machine, at);
  const begun: Turn = (machine) => withSuccessorBegun(machine, { ...machine.policy, fromSlotMs: null });
  const dropped: Turn = withSuccessorDropped;
  const running = [start, attached(), capturing()];
  const between = [...running, wanted, successor];

  const cases: [title: string, machine: StreamMachine, action: Action['kind']][] = [
    ['starts a successor for a segment that wants it', given(...running, wanted), 'start-successor'],
    ['starts one for a segment whose host is lost', given(...running, lost('a1')), 'start-successor'],
    ['needs none where another process of the host is lost', given(...running, lost('a0')), 'wait'],
    ['needs none where the lost host speaks again', given(...running, lost('a1'), attached()), 'wait'],
    ['waits until the successor is ready', given(...between), 'wait'],
    ['relays when it is', given(...between, ready()), 'relay'],
    ['relays also when the segment has ended meanwhile', given(...between, ended('lost', {}, 1), ready()), 'relay'],
    ['waits for a successor when the segment has ended', given(...between, ended('handover', {}, 1)), 'wait'],
    ['tells a policy meanwhile', given(...between, rate(250)), 'push-policy'],
    ['tells none to a lost host', given(...running, lost('a1'), successor, rate(250)), 'wait'],
    ['drops a successor that is lost', given(...between, ready(), lost('b1')), 'drop-successor'],
    ['drops the successor when the session is to end', given(...between, ending('stopped')), 'drop-successor'],
    ['stops the segment then', given(...between, dropped, ending('stopped')), 'stop-segment'],
    ['starts another after one that was dropped', given(...between, dropped), 'start-successor'],
    [
      'starts a segment where successor and segment are gone',
      given(...between, relieved(cut), dropped),
      'start-segment',
    ],
    ['asks again only when the segment does, where the successor failed', given(...between, ended('failed')), 'wait'],
    [
      'waits for segments that retire before it finishes',
      given(start, relieved(cut), ending('stopped')),
      'await-retiring',
    ],
    [
      'finishes when they have ended',
      given(start, relieved(cut), ending('stopped'), ended('handover', {}, 1)),
      'finish',
    ],
  ];
  for (const [title, machine, action] of cases) {
    it(title, () => assert.equal(nextAction(machine).kind, action));
  }

  it('makes the successor the segment, and the old one the predecessor with its cut', () => {
    const machine = given(...between, ready(), relieved(cut), begun);
    assert.deepEqual(machine.segment, { epoch: 2, host: 'b', instance: 'b1', revision: 0, isAskedToStop: false });
    assert.equal(machine.successor, undefined);
    assert.deepEqual(machine.predecessor, { epoch: 1, cut });
    assert.deepEqual(machine.retiring, [1]);
    assert.deepEqual(given(...between, ready(), relieved(), begun).predecessor, { epoch: 1 });
  });

  it('goes on to another where the successor is lost while it begins', () => {
    const machine = given(...between, ready(), relieved(cut), lost('b1'), begun);
    assert.equal(machine.segment?.epoch, 2);
    assert.equal(nextAction(machine).kind, 'start-successor');
  });

  it('leaves the end of the old segment without a say', () => {
    const machine = given(...between, ready(), relieved(cut), begun, ended('source-ended', {}, 1));
    assert.equal(machine.ending, undefined);
    assert.deepEqual(machine.retiring, []);
    assert.equal(machine.segment?.epoch, 2);
  });

  it('keeps what was applied where the policy is the same', () => {
    const machine = given(...between, rate(250), applied({}), ready(), relieved(cut), begun);
    assert.equal(machine.applied?.fromSlotMs, T0 + 1000);
  });

  it('ends the session with a successor that has nothing to succeed and cannot capture', () => {
    assert.equal(given(...between, ended('handover', {}, 1), ended('source-ended', {}, 2)).ending, 'source-ended');
  });

  it('asks for another successor where the host is lost and the first one came to nothing', () => {
    const machine = given(...running, lost('a1'), successor, ended('handover', {}, 2));
    assert.equal(nextAction(machine).kind, 'start-successor');
  });

  it('ends the session where the host is lost and its successor cannot capture', () => {
    assert.equal(given(...running, lost('a1'), successor, ended('failed', {}, 2)).ending, 'failed');
  });

  it('forgot that in an earlier release, whose histories say so', () => {
    const machine = given(...running, lost('a1'), successor);
    const end: CaptureEnd = { reason: 'handover', untilMs: 0, timeline: [], counts: { due: 0, stored: 0, gaps: 0 } };
    assert.equal(nextAction(withSegmentEnded(machine, { epoch: 2, end, forgetsLoss: true })).kind, 'wait');
  });

  it('takes no word of another session, which counts its segments alike', () => {
    const machine = given(start, attached(), capturing());
    const other = { epoch: 1, sessionId: 'another' };
    const end: CaptureEnd = { reason: 'stopped', untilMs: 0, timeline: [], counts: { due: 0, stored: 0, gaps: 0 } };
    assert.equal(
      withReport(machine, { ...other, kind: 'attached', host: 'x', instance: 'x1', revision: 9 }).segment?.host,
      'a',
    );
    assert.equal(withSegmentEnded(machine, { ...other, end }).ending, undefined);
    assert.equal(isCurrentSegment(machine, other), false);
    assert.equal(isCurrentSegment(machine, { epoch: 1, sessionId: machine.sessionId }), true);
    assert.equal(withSegmentEnded(machine, { epoch: 1, sessionId: machine.sessionId, end }).ending, 'stopped');
  });

  it('tells a host which segments are still wanted', () => {
    const wantedOf = (machine: StreamMachine) => [0, 1, 2].filter((epoch) => isCurrentSegment(machine, { epoch }));
    assert.deepEqual(wantedOf(given(...between)), [1, 2]);
    assert.deepEqual(wantedOf(given(...between, ready(), relieved(cut), begun)), [2]);
    assert.deepEqual(wantedOf(given(...between, dropped)), [1]);
  });
});
