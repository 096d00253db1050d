import assert from 'node:assert/strict';
import { checkSession as checkEvidence, type SessionEvidence } from '../../chaos/check-session.js';
import { frame, frames, gap, ledger, letter, objects, part, run, slot, urlOf } from './sessions.js';

const checkSession = (evidence: Omit<SessionEvidence, 'storeUrl'>) =>
  checkEvidence({ ...evidence, storeUrl: 's3://bucket' });
const whole = ledger(part([0, 10], { stored: [run(0, 9)] }));

describe('the check of a session', () => {
  it('finds nothing where every due slot is stored', () => {
    const check = checkSession({ ledger: whole, events: frames(0, 9), objects: objects(0, 9), stoppedAtMs: slot(11) });
    assert.equal(check.due, 10);
    assert.equal(check.stored, 10);
    assert.equal(check.unexplained, 0);
    assert.equal(check.doubled, 0);
    assert.equal(check.repeated, 0);
    assert.deepEqual(check.faults, []);
    assert.equal(check.slots.length, 10);
  });

  it('takes a gap with a reason for an explanation, and counts it as time', () => {
    const sealed = ledger(part([0, 10], { stored: [run(0, 6)], gaps: [gap(7, 9, 'source-offline')] }));
    const check = checkSession({ ledger: sealed, events: frames(0, 6), objects: objects(0, 6) });
    assert.equal(check.stored, 7);
    assert.equal(check.unexplained, 0);
    assert.deepEqual(check.faults, []);
    assert.deepEqual(check.gapsByReason, { 'source-offline': 3 });
    assert.deepEqual(check.gapSecondsByReason, { 'source-offline': 3 });
  });

  it('finds a slot that the ledger calls stored and nobody announced', () => {
    const events = frames(0, 9).filter((_, index) => index !== 4);
    const check = checkSession({ ledger: whole, events, objects: objects(0, 9) });
    assert.equal(check.stored, 9);
    assert.equal(check.unexplained, 1);
    assert.match(check.faults.join(), /^1 due slots without a frame.*: 2023-11-14T22:13:24\.000Z$/);
  });

  it('finds an object that is missing, and one that is cut short', () => {
    const there = objects(0, 9);
    there.delete(urlOf(2));
    there.set(urlOf(3), 7);
    const check = checkSession({ ledger: whole, events: frames(0, 9), objects: there });
    assert.equal(check.stored, 8);
    assert.equal(check.unexplained, 2);
    assert.match(check.faults.join(), /2 frames announced whose object is missing or of another size/);
  });

  it('is not told that a slot is explained by a gap where its frame was announced without an object', () => {
    const sealed = ledger(part([0, 2], { stored: [run(0, 0)], gaps: [gap(1, 1, 'worker-lost')] }));
    assert.equal(checkSession({ ledger: sealed, events: frames(0, 1), objects: objects(0, 0) }).unexplained, 1);
  });

  it('finds due slots that stand nowhere: inside a part, and between two', () => {
    const first = part([0, 4], { stored: [run(0, 1), run(3, 3)] });
    const second = part([6, 8], { stored: [run(6, 7)], epoch: 2 });
    const events = [...frames(0, 1), frame(3), ...frames(6, 7)];
    const check = checkSession({ ledger: ledger(first, second), events, objects: objects(0, 7) });
    assert.equal(check.due, 8);
    assert.equal(check.stored, 5);
    assert.equal(check.unexplained, 3);
  });

  it('counts a slot once that two parts account for, stored where either has stored it', () => {
    const first = part([0, 6], { stored: [run(0, 3)], gaps: [gap(4, 5, 'worker-lost')] });
    const second = part([4, 8], { stored: [run(4, 7)], epoch: 2 });
    const check = checkSession({ ledger: ledger(first, second), events: frames(0, 7), objects: objects(0, 7) });
    assert.equal(check.due, 8);
    assert.equal(check.stored, 8);
    assert.equal(check.late, 2);
    assert.equal(check.unexplained, 0);
    assert.deepEqual(check.gapsByReason, {});
  });

  it('calls a frame late whose slot the ledger holds as a gap', () => {
    const sealed = ledger(part([0, 10], { stored: [run(0, 8)], gaps: [gap(9, 9, 'worker-lost')] }));
    const events = [...frames(0, 8), frame(9, { late: true })];
    const check = checkSession({ ledger: sealed, events, objects: objects(0, 9) });
    assert.equal(check.stored, 10);
    assert.equal(check.late, 1);
    assert.deepEqual(check.gapsByReason, {});
    assert.deepEqual(check.faults, []);
  });

  it('tells what is in the second store, where the object must be as whole', () => {
    const elsewhere = frame(9);
    elsewhere.data['url'] = 's3://bucket-2/9.jpg';
    const events = [...frames(0, 8), elsewhere];
    const there = objects(0, 8);
    assert.equal(checkSession({ ledger: whole, events, objects: there }).unexplained, 1);
    const check = checkSession({ ledger: whole, events, objects: there.set('s3://bucket-2/9.jpg', 100) });
    assert.equal(check.stored, 10);
    assert.equal(check.inBackup, 1);
    assert.deepEqual(check.faults, []);
  });

  it('finds a slot with two pictures, and tells it from an event that came again', () => {
    const events = [...frames(0, 9), frame(5, { sha256: 'another' }), frame(6)];
    const check = checkSession({ ledger: whole, events, objects: objects(0, 9) });
    assert.equal(check.doubled, 1);
    assert.equal(check.repeated, 1);
    assert.match(check.faults.join(), /1 slots announced with two different pictures/);
  });

  it('finds a frame that was not due', () => {
    const check = checkSession({ ledger: whole, events: frames(0, 10), objects: objects(0, 10) });
    assert.match(check.faults.join(), /1 frames announced for slots that were not due/);
  });

  it('takes an open dead letter for an explanation, and a closed one for none', () => {
    const open = checkSession({ ledger: whole, events: [...frames(0, 8), letter(9)], objects: objects(0, 8) });
    assert.equal(open.deadLettered, 1);
    assert.equal(open.deadLetterSeconds, 1);
    assert.equal(open.unexplained, 0);
    const closed = checkSession({
      ledger: whole,
      events: [...frames(0, 8), letter(9), letter(9, 'closed')],
      objects: objects(0, 8),
    });
    assert.equal(closed.deadLettered, 0);
    assert.equal(closed.unexplained, 1);
  });

  it('finds a ledger that ends long before the stop', () => {
    const check = checkSession({ ledger: whole, events: frames(0, 9), objects: objects(0, 9), stoppedAtMs: slot(40) });
    assert.match(check.faults.join(), /the ledger ends 26 s too early/);
  });

  it('heeds no frame of another session', () => {
    const other = frame(3, { sha256: 'another' });
    other.data['sessionId'] = 'two';
    assert.equal(checkSession({ ledger: whole, events: [...frames(0, 9), other], objects: objects(0, 9) }).doubled, 0);
  });
});
