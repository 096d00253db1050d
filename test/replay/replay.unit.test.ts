import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { quietRuntime } from '../workflows/quiet-runtime.js';
import { workflowBundle } from '../../workers/workflow-bundle.js';
import { historyNames, readHistoryText, recordedHistories } from './histories.js';

const SCENARIOS = [
  'cancelled',
  'continued-as-new',
  'host-silent',
  'interrupted',
  'rate-changes',
  'relay-given-up',
  'relays',
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

  it('cover each way a stream and a redrive may go, over continue-as-new too', async () => {
    const names = await historyNames();
    for (const scenario of SCENARIOS) {
      assert.ok(names.includes(`${scenario}-stream-1`), `no stream of ${scenario}`);
      assert.ok(names.includes(`${scenario}-segment-1`), `no segment of ${scenario}`);
    }
    for (const name of ['capture-host', 'watch-prefix', 'deliver-callback', 'clean-store'])
      assert.ok(names.includes(name));
    assert.ok(names.includes('continued-as-new-stream-2'));
    assert.ok(names.includes('segments-segment-3'));
    for (const name of ['redrive-continued-2', 'redrive-hosts-1', 'redrive-cancelled-1'])
      assert.ok(names.includes(name));
  });

  it('cover each way a transcode may go', async () => {
    const names = await historyNames();
    for (const way of ['encoded', 'ladder', 'converted', 'failed', 'cancelled'])
      assert.ok(names.includes(`transcode-${way}-1`), way);
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
