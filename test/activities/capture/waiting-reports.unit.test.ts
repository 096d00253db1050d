import assert from 'node:assert/strict';
import { withReportWaiting } from '../../../activities/capture/waiting-reports.js';
import type { CaptureReport } from '../../../contracts/messages.js';

const problem = { code: 'source-stalled', message: 'it stalled' } as const;
const said = (kind: 'waiting' | 'interrupted' | 'capturing', atMs: number): CaptureReport =>
  kind === 'capturing' ? { kind, epoch: 1, atMs, firstSlotMs: 0 } : { kind, epoch: 1, atMs, problem };
const waitingAfter = (...reports: CaptureReport[]) =>
  reports.reduce<readonly CaptureReport[]>((waiting, report) => withReportWaiting(waiting, report), []);

describe('the reports that wait for Temporal', () => {
  it('keep their order', () => {
    const reports = [said('capturing', 1), said('interrupted', 2), said('capturing', 3)];
    assert.deepEqual(waitingAfter(...reports), reports);
  });

  it('say once what is said again', () => {
    assert.deepEqual(waitingAfter(said('waiting', 1), said('waiting', 2)), [said('waiting', 2)]);
  });

  it('are the newest of each kind where there are too many', () => {
    const flaps = Array.from({ length: 101 }, (_, index) => [
      said('interrupted', index * 2),
      said('capturing', index * 2 + 1),
    ]).flat();
    const waiting = waitingAfter({ kind: 'relay-wanted', epoch: 1 }, ...flaps);
    assert.deepEqual(waiting.at(-1), said('capturing', 201));
    assert.ok(waiting.some(({ kind }) => kind === 'relay-wanted'));
    assert.ok(waiting.length < 200);
  });
});
