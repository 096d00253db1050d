import assert from 'node:assert/strict';
import { join } from 'node:path';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { fileLargeObjects } from '../../adapters/large-objects/file.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { applyNotification } from '../../client/apply-notification.js';
import { fault } from '../../contracts/errors.js';
import { manifestKey, outputKey, workPrefix } from '../../contracts/keys.js';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import { objectAddress } from '../../contracts/object-address.js';
import { parseTrigger, taskIdStem } from '../../contracts/object-trigger.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { reelayOf } from '../harness/reelay-of.js';
import { failingWith } from '../port-suites/failing-with.js';

const UNIT = 'a'.repeat(24);
const BUCKET = 'media';
const TEXT = { contentType: 'text/plain' };
const HIDDEN = parseTrigger({ name: 'up', bucket: BUCKET, prefix: 'in/', profile: 'hls@2', isHidden: true });

/** A server that has forgotten all tasks. */
const temporal = {
  workflow: {
    async *list() {},
    getHandle: () => ({
      describe: async () => {
        throw new WorkflowNotFoundError('not found', 'w', undefined);
      },
    }),
  },
  withDeadline: (_: number, call: () => unknown) => call(),
} as unknown as Client;

describe('an object that is gone', () => {
  const folder = useTempFolder();
  let store: ObjectStore;
  beforeEach(() => {
    store = {
      ...fileObjectStore({ folder: join(folder(), 'store') }),
      url: (key) => objectAddress({ bucket: BUCKET, key }),
    };
  });
  afterEach(() => store.close());

  const reelay = (own: Partial<ObjectStore> = {}) =>
    reelayOf({
      temporal,
      stores: [{ ...store, ...own }],
      large: fileLargeObjects({ folder: join(folder(), 'store') }),
    });
  const gone = (...keys: string[]) => ({
    Records: keys.map((key) => ({
      eventName: 'ObjectRemoved:Delete',
      s3: { bucket: { name: BUCKET }, object: { key: encodeURIComponent(key) } },
    })),
  });
  const apply = (...keys: string[]) => applyNotification(reelay(), { triggers: [HIDDEN], notification: gone(...keys) });
  const isThere = async (key: string): Promise<boolean> => (await store.head(key)) !== undefined;

  /** As a task leaves it; `names` are the keys that it says are its outputs. */
  async function publish(key: string, { taskId, names }: { taskId?: string; names?: string[] } = {}) {
    const slash = key.lastIndexOf('/') + 1;
    const prefix = `${key.slice(0, slash)}.reelay/${key.slice(slash)}/hls-2`;
    const output = outputKey(prefix, { unit: UNIT, path: '1080p.mp4' });
    const manifest: TranscodeManifest = {
      version: 1,
      tenant: 'default',
      taskId: taskId ?? `${await taskIdStem(HIDDEN, { bucket: BUCKET, key })}0123456789ab`,
      requestSha256: '0'.repeat(64),
      unit: UNIT,
      profile: { name: 'hls', version: 2 },
      decision: { kind: 'copy', reason: 'it conforms' },
      input: { url: 'x', sizeBytes: 1, tag: 't', container: 'mov', durationMs: 1000 },
      outputs: (names ?? [output]).map((named) => ({
        kind: 'video',
        key: named,
        path: named,
        contentType: 'video/mp4',
        sizeBytes: 1,
        sha256: '0'.repeat(64),
      })),
      warnings: [],
      labels: {},
      publishedAtMs: 1,
      cpuSeconds: 1,
    };
    await store.put(output, Buffer.from('x'), TEXT);
    await store.put(manifestKey(prefix), Buffer.from(JSON.stringify(manifest)), TEXT);
    return { manifest: manifestKey(prefix), output, taskId: manifest.taskId };
  }

  for (const key of ['in/a.mov', 'in/my movie 100%.mov', 'in/%41.mov', 'in/a+b#c?d.mov', 'in/é 日本.mov'])
    it(`takes its hidden outputs along, called ${key}`, async () => {
      const { manifest, output, taskId } = await publish(key);
      const { deleted, kept } = await apply(key);
      assert.deepEqual(kept, []);
      assert.deepEqual(deleted, [taskId]);
      assert.equal(await isThere(manifest), false);
      assert.equal(await isThere(output), false);
    });

  it('takes nothing along that a forged manifest names elsewhere', async () => {
    const theirs = 'acme/transcodes/movie/u1/1080p.mp4';
    await store.put(theirs, Buffer.from('x'), TEXT);
    const { output } = await publish('in/x.mov');
    await publish('in/x.mov', { names: [theirs, output, `in/.reelay/x.mov/hls-2/../../../../${theirs}`] });
    await apply('in/x.mov');
    assert.equal(await isThere(output), false);
    assert.equal(await isThere(theirs), true);
  });

  it('takes no task along that a forged manifest names', async () => {
    const piece = `${workPrefix({ tenant: 'default', taskId: 'movie' })}u1/plan.json`;
    await store.put(piece, Buffer.from('{}'), TEXT);
    await publish('in/x.mov', { taskId: 'movie' });
    assert.deepEqual((await apply('in/x.mov')).deleted, []);
    assert.equal(await isThere(piece), true);
  });

  it('has an outcome of its own, and holds up no other one', async () => {
    const { taskId } = await publish('in/b.mov');
    const refusing = reelay({
      head: async (key) => {
        if (key.includes('/a.mov/')) throw fault('store-denied', `head ${key}: AccessDenied`);
        return store.head(key);
      },
    });
    const { deleted, kept } = await applyNotification(refusing, {
      triggers: [HIDDEN],
      notification: gone('in/a.mov', 'in/b.mov'),
    });
    assert.deepEqual(deleted, [taskId]);
    assert.equal(kept.length, 1);
    assert.equal(kept[0]?.key, 'in/a.mov');
    assert.equal(kept[0]?.problem.code, 'store-denied');
  });

  it('waits for a store that is away', async () => {
    const away = reelay({
      head: async () => {
        throw fault('store-unreachable', 'connect ECONNREFUSED');
      },
    });
    await assert.rejects(
      applyNotification(away, { triggers: [HIDDEN], notification: gone('in/a.mov') }),
      failingWith('store-unreachable'),
    );
  });
});
