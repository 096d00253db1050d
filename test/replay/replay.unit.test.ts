import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { quietRuntime } from '../workflows/quiet-runtime.js';
import { workflowBundle } from '../workflows/workflow-bundle.js';
import { historyNames, readHistoryText, recordedHistories } from './histories.js';

const SCENARIOS = [
  'cancelled',
  'continued-as-new',
  'host-lost',
  'interrupted',
  'rate-changes',
  'segments',
  'source-failure',
];

async function failuresOf(options: ReplayWorkerOptions): Promise<Map<string, Error | undefined>> {
  const failures = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of Worker.runReplayHistories(
    options,
    recordedHistories(await historyNames()),
  )) {
    failures.set(workflowId, error);
  }
  return failures;
}

describe('recorded histories', () => {
  before(quietRuntime);

  it('cover each way a stream may go, over continue-as-new too', async () => {
    const names = await historyNames();
    for (const scenario of SCENARIOS) {
      assert.ok(names.includes(`${scenario}-stream-1`), `no stream of ${scenario}`);
      assert.ok(names.includes(`${scenario}-segment-1`), `no segment of ${scenario}`);
    }
    assert.ok(names.includes('continued-as-new-stream-2'));
    assert.ok(names.includes('segments-segment-3'));
  });

  it('carry the flags without which a replay overlooks changes', async () => {
    for (const name of await historyNames()) assert.match(await readHistoryText(name), /"coreUsedFlags"/, name);
  });

  it('are replayed by the workflows of today', async () => {
    const failures = await failuresOf({ workflowBundle: await workflowBundle() });
    assert.equal(failures.size, (await historyNames()).length);
    assert.deepEqual(
      [...failures].filter(([, error]) => error),
      [],
    );
  });

  it('are all refused by workflows that were changed', async () => {
    const workflowsPath = fileURLToPath(new URL('./fixtures/changed-workflows.js', import.meta.url));
    const failures = await failuresOf({ workflowsPath });
    assert.equal(failures.size, (await historyNames()).length);
    for (const [name, error] of failures) assert.ok(error instanceof DeterminismViolationError, name);
  });
});
