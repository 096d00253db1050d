import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../adapters/event-log/file-source.js';
import { fileLargeObjects } from '../../adapters/large-objects/file.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { addProfile, listProfiles, showProfile } from '../../client/profiles.js';
import { linksOf } from '../../client/transcodes/links-of.js';
import { readLogs } from '../../client/transcodes/read-logs.js';
import { verifyTranscode } from '../../client/verify-transcode.js';
import { problemOf } from '../../contracts/errors.js';
import { TOPICS } from '../../contracts/events.js';
import { defaultOutputPrefix, manifestKey, profileKey, taskLogPrefix } from '../../contracts/keys.js';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import type { ProfileInput } from '../../contracts/profile.js';
import { transcodeEvent } from '../../contracts/transcode-events.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { reelayOf } from '../harness/reelay-of.js';

const TASK = { tenant: 'acme', taskId: 't1' };
const PREFIX = defaultOutputPrefix(TASK);
const BODY = Buffer.from('a video');
const TEXT = { contentType: 'text/plain' };
const rejects = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, (error) => problemOf(error)?.code === code);

describe('what a transcode leaves in the store', () => {
  const folder = useTempFolder();
  let [store, sink, source]: [
    ReturnType<typeof fileObjectStore>,
    ReturnType<typeof fileEventSink>,
    ReturnType<typeof fileEventSource>,
  ] = [] as never;
  beforeEach(() => {
    const log = { folder: join(folder(), 'events') };
    [store, sink, source] = [
      fileObjectStore({ folder: join(folder(), 'store') }),
      fileEventSink(log),
      fileEventSource(log),
    ];
  });
  afterEach(() => Promise.all([store.close(), sink.close(), source.close()]));

  const manifest = (change: Partial<TranscodeManifest> = {}): TranscodeManifest => ({
    version: 1,
    ...TASK,
    requestSha256: '0'.repeat(64),
    unit: 'u1',
    profile: { name: 'hls', version: 1 },
    decision: { kind: 'copy', reason: 'it conforms' },
    input: { url: 'x', sizeBytes: 1, tag: 't', container: 'mov', durationMs: 1000 },
    outputs: ['a.mp4', 'b.mp4'].map((path) => ({
      kind: 'video',
      key: `${PREFIX}/u1/${path}`,
      path: `u1/${path}`,
      contentType: 'video/mp4',
      sizeBytes: BODY.length,
      sha256: createHash('sha256').update(BODY).digest('hex'),
    })),
    warnings: [],
    labels: {},
    publishedAtMs: Date.now(),
    cpuSeconds: 1,
    ...change,
  });

  async function publish({ announces = true, unit = 'u1' } = {}): Promise<void> {
    const published = manifest();
    for (const { key } of published.outputs) await store.put(key, BODY, { contentType: 'video/mp4' });
    await store.put(manifestKey(PREFIX), Buffer.from(JSON.stringify(published)), { contentType: 'application/json' });
    const event = transcodeEvent(announces ? 'succeeded' : 'progressed', {
      ...TASK,
      runId: 'r',
      sequence: 1,
      atMs: Date.now(),
      profile: 'hls',
      labels: {},
      phase: 'publish',
      percent: 100,
      manifest: manifest({ unit }),
    });
    await sink.publish(TOPICS.transcodes, { key: TASK.taskId, event });
  }

  const reelay = () => reelayOf({ stores: [store], large: large(), source });
  const large = () => fileLargeObjects({ folder: join(folder(), 'store') });
  const verify = (name = TASK) => verifyTranscode(reelay(), name);
  const differences = async () => (await verify()).differences;

  it('is found to agree with its manifest and its event', async () => {
    await publish();
    assert.deepEqual(await differences(), []);
  });

  it('is found to differ by each object that is gone, shorter or another one', async () => {
    await publish();
    await store.put(`${PREFIX}/u1/a.mp4`, BODY.subarray(1), TEXT);
    assert.deepEqual(await differences(), [{ kind: 'wrong-size', key: `${PREFIX}/u1/a.mp4` }]);
    await store.put(`${PREFIX}/u1/a.mp4`, Buffer.from('A video'), TEXT);
    assert.deepEqual(await differences(), [{ kind: 'wrong-hash', key: `${PREFIX}/u1/a.mp4` }]);
    await store.put(`${PREFIX}/u1/a.mp4`, BODY, { ...TEXT, metadata: { sha256: 'that of another body' } });
    assert.deepEqual(await differences(), [{ kind: 'wrong-hash', key: `${PREFIX}/u1/a.mp4` }]);
    await large().remove([`${PREFIX}/u1/a.mp4`]);
    assert.deepEqual(await differences(), [{ kind: 'missing-object', key: `${PREFIX}/u1/a.mp4` }]);
  });

  it('is found to differ where no event of it says that it has succeeded', async () => {
    await publish({ announces: false });
    assert.deepEqual(await differences(), [{ kind: 'missing-event' }]);
    await publish({ unit: 'another' });
    assert.deepEqual(await differences(), [{ kind: 'missing-event' }]);
    await rejects(verify({ ...TASK, taskId: 'nobody' }), 'task-not-found');
  });

  it('is linked to, by addresses of the store or by signed ones', async () => {
    assert.deepEqual(
      (await linksOf(reelay(), { manifest: manifest() })).map(({ url }) => url),
      ['a.mp4', 'b.mp4'].map((path) => store.url(`${PREFIX}/u1/${path}`)),
    );
    const presign = async (key: string, { expiresS }: { expiresS: number }) => `https://x/${key}?for=${expiresS}`;
    const [link] = await linksOf(reelay(), { manifest: manifest(), presign, expiresS: 60 });
    assert.equal(link?.url, `https://x/${PREFIX}/u1/a.mp4?for=60`);
  });

  it('has logs of attempts, oldest first', async () => {
    for (const name of [
      '20261121T000002000Z-chunk-2-1',
      '20261121T000001000Z-chunk-1-1',
      '20261121T000003000Z-chunk-1-2',
    ])
      await store.put(`${taskLogPrefix(TASK)}${name}.log`, Buffer.from(name), TEXT);
    const logs = async (attempt?: number) => {
      const found: string[] = [];
      for await (const log of readLogs(reelay(), { ...TASK, ...(attempt ? { attempt } : {}) }))
        found.push(`${log.piece} ${log.attempt}`);
      return found;
    };
    assert.deepEqual(await logs(), ['chunk-1 1', 'chunk-2 1', 'chunk-1 2']);
    assert.deepEqual(await logs(2), ['chunk-1 2']);
  });

  it('may be made by profiles that were added, each version for good', async () => {
    const mine = (version: number, bitrateKbps = 96): ProfileInput => ({
      name: 'mine',
      version,
      package: 'audio',
      audio: { bitrateKbps },
    });
    assert.equal((await addProfile(reelay(), mine(1))).isNew, true);
    assert.equal((await addProfile(reelay(), mine(1))).isNew, false);
    await rejects(addProfile(reelay(), mine(1, 64)), 'profile-conflict');
    await addProfile(reelay(), mine(12, 64));
    assert.equal((await showProfile(reelay(), { profile: 'mine' })).version, 12);
    assert.equal((await showProfile(reelay(), { profile: 'mine@1' })).version, 1);
    assert.equal((await showProfile(reelay(), { profile: 'audio' })).version, 1);
    await rejects(showProfile(reelay(), { profile: 'mine@2' }), 'profile-not-found');
    await rejects(showProfile(reelay(), { profile: 'yours' }), 'profile-not-found');
    await rejects(
      addProfile(reelay(), { name: 'audio', version: 1, package: 'audio', audio: { bitrateKbps: 32 } }),
      'profile-conflict',
    );
    await rejects(addProfile(reelay(), { ...mine(3), package: 'hls' }), 'request-invalid');
    await store.put(profileKey({ name: 'broken', version: 1 }), Buffer.from('{'), TEXT);
    await rejects(showProfile(reelay(), { profile: 'broken' }), 'profile-not-found');
    const listed = (await listProfiles(reelay())).filter(({ isBuiltIn }) => !isBuiltIn);
    assert.deepEqual(
      listed.map(({ name, version }) => `${name}@${version}`),
      ['broken@1', 'mine@1', 'mine@12'],
    );
  });
});
