import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublishManifest } from '../../activities/publish-manifest.js';
import { createRemoveTraces } from '../../activities/remove-traces.js';
import { storePlan } from '../../records/stored-plan.js';
import { fileLargeObjects } from '../../adapters/large-objects/file.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import type { TranscodePlan } from '../../contracts/plan.js';
import { BUILT_IN_PROFILES } from '../../contracts/profile.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import { allOf } from '../port-suites/all-of.js';

const settings = parseTranscodeRequest({ taskId: 't', input: { url: 's3://b/a.mov' }, profile: 'mp4-360p' });
const outputPrefix = 'default/transcodes/t';
const made = { outputs: [], warnings: [], cpuSeconds: 1 };

const planOf = (unit: string): TranscodePlan => ({
  ...{ version: 1, unit, input: { sizeBytes: 9, tag: 'e' }, profile: BUILT_IN_PROFILES[0]! },
  decision: { kind: 'encode', reason: 'it is too large' },
  probe: { container: 'mov', durationMs: 1000, otherTracks: 0, isFaststart: true, warnings: [] },
  ...{ renditions: [], chunks: [], audio: 'none', warnings: [], isToneMapped: false },
});

describe('the end of a transcode', () => {
  let folder: string;
  let store: ReturnType<typeof fileObjectStore>;
  let large: ReturnType<typeof fileLargeObjects>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reelay-publish-'));
    const at = { folder: join(folder, 'objects') };
    [store, large] = [fileObjectStore(at), fileLargeObjects(at)];
    for (const unit of ['u1', 'u2']) await storePlan(store, { task: settings, plan: planOf(unit) });
    await writeFile(join(folder, 'film'), 'film');
    for (const unit of ['u1', 'u2'])
      await large.putFile(`${outputPrefix}/${unit}/a.mp4`, { path: join(folder, 'film'), contentType: 'video/mp4' });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const keys = async (): Promise<string[]> => (await allOf(store.list(''))).map(({ key }) => key);

  it('publishes one manifest for the same work, however often it is asked to', async () => {
    const publish = createPublishManifest({ store });
    const first = await publish({ settings, unit: 'u1', outputPrefix, ...made });
    const again = await publish({ settings, unit: 'u1', outputPrefix, ...made, cpuSeconds: 7 });
    assert.deepEqual(again, first);
    assert.equal(first.decision.kind, 'encode');
    assert.equal(first.input.url, 's3://b/a.mov');
  });

  it('follows the plan that was stored first', async () => {
    const other = { ...planOf('u1'), warnings: ['another'] };
    assert.deepEqual(await storePlan(store, { task: settings, plan: other }), planOf('u1'));
  });

  it('takes away outputs that no manifest names, and none that one does', async () => {
    await createPublishManifest({ store })({ settings, unit: 'u1', outputPrefix, ...made });
    const remove = createRemoveTraces({ store, large });
    for (const unit of ['u1', 'u2']) await remove({ settings, what: ['outputs'], unit, outputPrefix });
    const left = (await keys()).filter((key) => key.startsWith(outputPrefix));
    assert.deepEqual(left, [`${outputPrefix}/manifest.json`, `${outputPrefix}/u1/a.mp4`]);
  });

  it('takes away all pieces of a task that is done, and no other', async () => {
    await storePlan(store, { task: { tenant: 'default', taskId: 't2' }, plan: planOf('u1') });
    await createRemoveTraces({ store, large })({ settings, what: ['work'] });
    const left = (await keys()).filter((key) => key.startsWith('transcode-work/'));
    assert.deepEqual(left, ['transcode-work/default/t2/u1/plan.json']);
  });
});
