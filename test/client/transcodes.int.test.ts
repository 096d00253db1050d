import assert from 'node:assert/strict';
import {
  cancelTranscode,
  playTranscode,
  retryTranscode,
  submitBatch,
  submitTranscode,
} from '../../client/transcodes.js';
import { redriveDeadLetters, listDeadLetters, showDeadLetter } from '../../client/dead-letters.js';
import { deleteTranscode } from '../../client/transcodes/delete-transcode.js';
import { awaitTranscode, describeTranscode } from '../../client/transcodes/describe-transcode.js';
import { countTranscodes, listTranscodes } from '../../client/transcodes/list-transcodes.js';
import { createRecordTaskLetter } from '../../activities/record-task-letter.js';
import { problemOf } from '../../contracts/errors.js';
import { defaultOutputPrefix, manifestKey, taskLogPrefix, workPrefix } from '../../contracts/keys.js';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import { requestHash } from '../../contracts/request-hash.js';
import { parseTranscodeRequest, type TranscodeRequest } from '../../contracts/transcode.js';
import { eventually } from '../harness/eventually.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { openTranscodeBench, type TranscodeBench } from './transcode-bench.js';

const START_WITHIN_MS = 900_000;
const WITHIN = { withinMs: 20_000, what: 'what the test waits for' };

const codeOf = (error: unknown): string | undefined => problemOf(error)?.code;
const rejects = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, (error) => codeOf(error) === code || assert.fail(`${String(error)} is not ${code}`));

describe('transcodes', () => {
  const folder = useTempFolder();
  let bench: TranscodeBench;
  beforeEach(async function () {
    this.timeout(START_WITHIN_MS);
    bench = await openTranscodeBench(folder());
  });
  afterEach(() => bench.close());

  const submit = (request: TranscodeRequest) => submitTranscode(bench.reelay, request);
  const nameOf = ({ taskId, tenant = '' }: TranscodeRequest) => ({ taskId, tenant });
  const ended = (request: TranscodeRequest) => awaitTranscode(bench.reelay, nameOf(request));
  const runsOf = async ({ taskId }: TranscodeRequest) => {
    const { tasks } = await listTranscodes(bench.reelay, { tenant: 'acme', limit: 500 });
    return tasks.filter((task) => task.taskId === taskId);
  };

  it('attach to the one that runs with the same request, however it is written', async () => {
    const request = bench.request('wait');
    const first = await submit(request);
    const again = await submit({ ...request, priority: 90, deadlineMs: 60_000, parameters: {}, remux: 'auto' });
    assert.equal(first.isNew, true);
    assert.equal(again.isNew, false);
    assert.equal(again.isDone, false);
    assert.deepEqual(again.runId, first.runId);
    await playTranscode(bench.reelay, { ...nameOf(request), atMs: 0 });
    await ended(request);
    assert.equal((await submit(request)).isDone, true);
    assert.equal((await runsOf(request)).length, 1);
  });

  it('are a conflict with another request, running or done', async () => {
    const request = bench.request('wait');
    await submit(request);
    await rejects(submit({ ...request, profile: 'mp4-360p' }), 'task-conflict');
    await playTranscode(bench.reelay, { ...nameOf(request), atMs: 0 });
    await ended(request);
    await rejects(submit({ ...request, labels: {} }), 'task-conflict');
  });

  it('are one where many submit them at once', async () => {
    const request = bench.request('end');
    const started = await Promise.all(Array.from({ length: 10 }, () => submit(request)));
    assert.equal(started.filter(({ isNew }) => isNew).length, 1);
    assert.equal(new Set(started.map(({ runId }) => runId)).size, 1);
  });

  it('are known by their manifest where Temporal no longer knows them', async () => {
    const request = bench.request('end');
    const manifest = await publish(request);
    const found = await submit(request);
    assert.equal(found.isNew, false);
    assert.equal(found.isDone, true);
    assert.deepEqual(found.manifest?.unit, manifest.unit);
    await rejects(submit({ ...request, profile: 'audio' }), 'task-conflict');
    const { state, runId } = await describeTranscode(bench.reelay, nameOf(request));
    assert.equal(state.status, 'succeeded');
    assert.equal(state.percent, 100);
    assert.equal(runId, undefined);
  });

  it('run again after they failed or were cancelled, with the request that they had', async () => {
    const request = bench.request('fail');
    const first = await submit(request);
    assert.equal((await ended(request)).state.status, 'failed');
    const again = await retryTranscode(bench.reelay, nameOf(request));
    assert.equal(again.isNew, true);
    assert.equal(again.runId === first.runId, false);
  });

  it('tell that they are stopping, and stop once however often they are asked', async () => {
    const request = bench.request('wait');
    await submit(request);
    await cancelTranscode(bench.reelay, nameOf(request));
    await cancelTranscode(bench.reelay, nameOf(request));
    await eventually(
      async () =>
        (await describeTranscode(bench.reelay, nameOf(request))).state.status === 'stopping' ? true : undefined,
      { ...WITHIN, everyMs: 20 },
    );
    assert.equal((await ended(request)).state.status, 'cancelled');
    await rejects(cancelTranscode(bench.reelay, nameOf(request)), 'task-ended');
    await rejects(cancelTranscode(bench.reelay, { taskId: 'nobody' }), 'task-not-found');
    await rejects(describeTranscode(bench.reelay, { taskId: 'nobody' }), 'task-not-found');
  });

  it('are shown as cancelled where they were terminated', async () => {
    const request = bench.request('wait');
    const { workflowId } = await submit(request);
    await bench.client.workflow.getHandle(workflowId).terminate();
    assert.equal((await describeTranscode(bench.reelay, nameOf(request))).state.status, 'cancelled');
  });

  it('are submitted in a batch, each with its own outcome, and listed and counted by state and time', async () => {
    const tenant = `t${Date.now()}`;
    const sinceMs = Date.now() - 1000;
    const requests = Array.from({ length: 60 }, (_, index) =>
      bench.request(index % 20 === 0 ? 'fail' : 'end', { tenant, ...(index === 7 ? { profile: '' } : {}) }),
    );
    const outcomes = await submitBatch(bench.reelay, { requests });
    assert.deepEqual(
      outcomes.flatMap(({ index, problem }) => (problem ? [[index, problem.code]] : [])),
      [[7, 'profile-not-found']],
    );
    await Promise.all(requests.filter((_, index) => index !== 7).map(ended));
    const counts = await eventually(
      async () => {
        const found = await countTranscodes(bench.reelay, { tenant, sinceMs });
        return found.succeeded + found.failed === 59 ? found : undefined;
      },
      { ...WITHIN, everyMs: 200 },
    );
    assert.equal(counts.succeeded, 56);
    assert.equal(counts.failed, 3);
    assert.equal(counts.running, 0);
    const first = await listTranscodes(bench.reelay, { tenant, states: ['succeeded'], limit: 50 });
    const second = await listTranscodes(bench.reelay, {
      tenant,
      states: ['succeeded'],
      limit: 50,
      ...(first.cursor === undefined ? {} : { cursor: first.cursor }),
    });
    const ids = [...first.tasks, ...second.tasks].map(({ taskId }) => taskId);
    assert.equal(first.tasks.length, 50);
    assert.equal(second.tasks.length, 6);
    assert.equal(new Set(ids).size, 56);
    const failed = await listTranscodes(bench.reelay, { tenant, states: ['failed'] });
    assert.deepEqual(new Set(failed.tasks.map(({ failure }) => failure)), new Set(['input-damaged']));
    assert.deepEqual((await listTranscodes(bench.reelay, { tenant, untilMs: sinceMs })).tasks, []);
    await rejects(listTranscodes(bench.reelay, { states: ["x' OR '1'='1" as 'failed'] }), 'request-invalid');
  });

  it('leave a letter that a redrive starts again, once, counting it', async () => {
    const request = bench.request('fail');
    const { runId = '' } = await submit(request);
    await ended(request);
    const record = createRecordTaskLetter({ events: bench.sink, store: bench.store });
    const settings = parseTranscodeRequest(request);
    const problem = { code: 'input-damaged', message: 'it is damaged' } as const;
    const input = { settings, problem, phase: 'probe', runId, startedAtMs: Date.now() - 5000, redrives: 0 } as const;
    await record(input);
    await record(input);
    const { letters } = await listDeadLetters(bench.reelay, { taskId: request.taskId });
    assert.equal(letters.length, 1);
    const shown = await showDeadLetter(bench.reelay, { letterId: letters[0]!.letterId });
    assert.equal(shown.kind, 'transcode');
    assert.equal(shown.disposition, 'poison');
    assert.equal(shown.redrives, 0);
    const redrive = await redriveDeadLetters(bench.reelay, { kind: 'transcode', taskId: request.taskId });
    assert.deepEqual((await redrive.result()).tally, { stored: 0, alreadyStored: 0, restarted: 1, failed: 0 });
    const result = (await bench.client.workflow.getHandle(`transcode:acme/${request.taskId}`).result()) as unknown;
    assert.deepEqual(result, { redrives: 1 });
    assert.deepEqual((await listDeadLetters(bench.reelay, { taskId: request.taskId })).letters, []);
    await record(input);
    assert.deepEqual((await listDeadLetters(bench.reelay, { taskId: request.taskId })).letters, [], 'it is over');
  });

  it('are started again by the history of their run where their request holds a secret', async () => {
    const request = bench.request('fail', { input: { url: 'https://user:secret@example.com/a.mp4?sig=1' } });
    const { runId = '' } = await submit(request);
    await ended(request);
    await createRecordTaskLetter({ events: bench.sink, store: bench.store })({
      settings: parseTranscodeRequest(request),
      problem: { code: 'input-damaged', message: 'x' },
      phase: 'probe',
      runId,
      startedAtMs: Date.now(),
      redrives: 0,
    });
    const { letters } = await listDeadLetters(bench.reelay, { taskId: request.taskId });
    assert.doesNotMatch(JSON.stringify(letters), /secret|sig=1/);
    await (await redriveDeadLetters(bench.reelay, { taskId: request.taskId })).result();
    const again = await submit(request);
    assert.equal(again.isNew, false, 'the whole request was taken');
    assert.equal(again.runId === runId, false, 'the whole request was taken');
  });

  it('leave nothing in the store when they are deleted, running or not', async () => {
    const request = bench.request('wait');
    await submit(request);
    const settings = parseTranscodeRequest(request);
    await publish(request);
    for (const prefix of [workPrefix(settings), taskLogPrefix(settings)])
      await bench.store.put(`${prefix}x`, Buffer.from('x'), { contentType: 'text/plain' });
    const removed: string[] = [];
    const deleted = await deleteTranscode(bench.removingInto(removed), nameOf(request));
    assert.equal(removed[0], manifestKey(defaultOutputPrefix(settings)), 'the manifest first');
    assert.equal(deleted.removed, 4);
    assert.equal(new Set(removed).size, 4);
    assert.equal((await ended(request)).state.status, 'cancelled');
  });

  async function publish(request: TranscodeRequest): Promise<TranscodeManifest> {
    const settings = parseTranscodeRequest(request);
    const prefix = defaultOutputPrefix(settings);
    const manifest: TranscodeManifest = {
      version: 1,
      ...nameOf(request),
      requestSha256: await requestHash(settings),
      unit: 'u'.repeat(24),
      profile: { name: 'mp4-720p', version: 1 },
      decision: { kind: 'copy', reason: 'it conforms' },
      input: { url: 'x', sizeBytes: 1, tag: 't', container: 'mov', durationMs: 1000 },
      outputs: [
        {
          kind: 'video',
          key: `${prefix}/a.mp4`,
          path: 'a.mp4',
          contentType: 'video/mp4',
          sizeBytes: 1,
          sha256: 'a'.repeat(64),
        },
      ],
      warnings: [],
      labels: {},
      publishedAtMs: Date.now(),
      cpuSeconds: 1,
    };
    const body = Buffer.from(JSON.stringify(manifest));
    await bench.store.put(manifestKey(prefix), body, { contentType: 'application/json' });
    return manifest;
  }
});
