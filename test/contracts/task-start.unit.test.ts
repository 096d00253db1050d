import assert from 'node:assert/strict';
import { isRequestHash, requestHash } from '../../contracts/request-hash.js';
import { taskStart, temporalPriority } from '../../contracts/task-start.js';
import { parseTranscodeRequest, type TranscodeRequest } from '../../contracts/transcode.js';

const REQUEST: TranscodeRequest = {
  taskId: 't',
  profile: 'hls',
  input: { url: 's3://a/b.mov' },
  labels: { a: '1', b: '2' },
};
const hash = (change: Partial<TranscodeRequest> = {}): Promise<string> =>
  requestHash(parseTranscodeRequest({ ...REQUEST, ...change }));

describe('the priority of a task', () => {
  for (const [priority, priorityKey] of [
    [0, 5],
    [19, 5],
    [20, 4],
    [50, 3],
    [79, 2],
    [80, 1],
    [100, 1],
  ] as const)
    it(`of ${priority} is level ${priorityKey}, shared by tenants`, () => {
      assert.deepEqual(temporalPriority({ priority, tenant: 'acme' }), { priorityKey, fairnessKey: 'acme' });
    });
});

describe('the start of a task', () => {
  const settings = parseTranscodeRequest(REQUEST);
  it('counts redrives only where there were some', () => {
    assert.deepEqual(taskStart(settings).args, [settings]);
    assert.deepEqual(taskStart(settings, { redrives: 2 }).args, [{ ...settings, redrives: 2 }]);
  });

  it('may follow a failure, unless it is to be the only one', () => {
    assert.equal(taskStart(settings).workflowIdReusePolicy, 'ALLOW_DUPLICATE_FAILED_ONLY');
    assert.equal(taskStart(settings, { startsOnce: true }).workflowIdReusePolicy, 'REJECT_DUPLICATE');
  });
});

describe('the hash of a request', () => {
  it('is that of the same request however it is written', async () => {
    assert.match(await hash(), /^[0-9a-f]{64}$/);
    for (const same of [
      { labels: { b: '2', a: '1' } },
      { remux: 'auto' as const, parameters: {} },
      { priority: 99, deadlineMs: 5000, callback: { url: 'https://example.com/' } },
    ])
      assert.equal(await hash(same), await hash());
  });

  it('counts nothing that is as it is by default, nor whether a playlist would be taken', async () => {
    const said = await hash();
    assert.equal(await hash({ output: { isHidden: false }, tenant: 'default' }), said);
    assert.equal(await hash({ input: { url: 's3://a/b.mov', playlists: false } }), said);
  });

  it('is known in the form of the first release too, of the same request alone', async () => {
    const first = '92793b46c7c831036ae45c72b10a71ceef88fb732ab96f75894b1f79568fa352';
    assert.equal(await isRequestHash(first, parseTranscodeRequest(REQUEST)), true);
    assert.equal(await isRequestHash(first, parseTranscodeRequest({ ...REQUEST, profile: 'audio' })), false);
    assert.equal(await isRequestHash(await hash(), parseTranscodeRequest(REQUEST)), true);
  });

  it('is another one where other things are to be made', async () => {
    for (const other of [
      { profile: 'hls@1' },
      { labels: {} },
      { remux: 'never' as const },
      { parameters: { crf: 20 } },
      { output: { isHidden: true } },
      { input: { url: 's3://a/c.mov' } },
    ])
      assert.notEqual(await hash(other), await hash(), JSON.stringify(other));
  });
});
