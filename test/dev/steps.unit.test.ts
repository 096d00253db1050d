import assert from 'node:assert/strict';
import { runStep, type Step } from '../../dev/steps.js';

describe('a step of the start', () => {
  const stepsOf = async (work: Parameters<typeof runStep>[1]) => {
    const steps: Pick<Step, 'status' | 'detail'>[] = [];
    await runStep({ name: 'kafka', onStep: ({ status, detail }) => steps.push({ status, detail }) }, work).catch(
      () => {},
    );
    return steps;
  };

  it('is told when it is done, and whether something was built for it', async () => {
    assert.deepEqual(await stepsOf(async () => {}), [{ status: 'done', detail: 'started' }]);
    assert.deepEqual(await stepsOf(async (report) => report('mvn')), [{ status: 'done', detail: 'built and started' }]);
  });

  it('is told with what it was doing when it failed', async () => {
    const steps = await stepsOf(async (report) => {
      report('mvn');
      throw new Error('no network');
    });
    assert.deepEqual(steps, [{ status: 'failed', detail: 'mvn' }]);
  });
});
