import assert from 'node:assert/strict';
import type { FastifyInstance } from 'fastify';
import { awaitTranscode, describeTranscode } from '../../client/transcodes/describe-transcode.js';
import { parseTrigger } from '../../contracts/object-trigger.js';
import { createHooks } from '../../server/hooks.js';
import { createHttpServer } from '../../server/http-server.js';
import { openTranscodeBench, type TranscodeBench } from '../client/transcode-bench.js';
import { useTempFolder } from '../dev/temp-folder.js';

const START_WITHIN_MS = 900_000;
const TOKEN = 'a-token-of-this-test';
interface Answer {
  started: { task: { taskId: string; isNew: boolean } }[];
  isNew: boolean;
  isDone: boolean;
  error: { code?: string };
}

const TRIGGERS = [parseTrigger({ name: 'up', bucket: 'media', prefix: 'in/', profile: 'audio', tenant: 'acme' })];

describe('the HTTP hooks', () => {
  const folder = useTempFolder();
  let bench: TranscodeBench;
  let server: FastifyInstance;
  let removed: string[];
  let problems: unknown[];
  beforeEach(async function () {
    this.timeout(START_WITHIN_MS);
    bench = await openTranscodeBench(folder());
    [removed, problems] = [[], []];
    server = createHttpServer({
      hooks: createHooks({ reelay: bench.removingInto(removed), triggers: TRIGGERS }),
      tokens: { test: TOKEN },
      onProblem: (error) => void problems.push(error),
    });
  });
  afterEach(async () => {
    await server.close();
    await bench.close();
    assert.deepEqual(problems, []);
  });

  async function post(url: string, payload: unknown, { token = TOKEN, type = 'application/json' } = {}) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const headers = { 'content-type': type, ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await server.inject({ method: 'POST', url, headers, body });
    return { status: answer.statusCode, ...answer.json<Answer>() };
  }

  const created = (key: string, eTag = 'abc') => ({
    Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'media' }, object: { key, eTag } } }],
  });

  it('start a task for an object that came, once however often they are told', async () => {
    const first = await post('/hooks/objects', created('in/a.mov'));
    const { taskId } = first.started[0]!.task;
    assert.equal(first.status, 200);
    assert.equal(first.started[0]!.task.isNew, true);
    await awaitTranscode(bench.reelay, { taskId, tenant: 'acme' });
    const again = await post('/hooks/objects', created('in/a.mov'));
    assert.deepEqual(again.started[0]!.task.taskId, taskId);
    assert.equal(again.started[0]!.task.isNew, false);
    assert.equal((await post('/hooks/objects', created('in/a.mov', 'new'))).started[0]!.task.isNew, true);
    assert.deepEqual((await post('/hooks/objects', created('out/a.mov'))).started, []);
  });

  it('remove what the tasks of an object have left that is gone', async () => {
    const { started } = await post('/hooks/objects', created('in/gone.mov'));
    const { taskId } = started[0]!.task;
    await awaitTranscode(bench.reelay, { taskId, tenant: 'acme' });
    const log = `acme/transcode-logs/${taskId}/x.log`;
    await bench.store.put(log, Buffer.from('x'), { contentType: 'text/plain' });
    const object = { bucket: { name: 'media' }, object: { key: 'in/gone.mov' } };
    const gone = { Records: [{ eventName: 's3:ObjectRemoved:Delete', s3: object }] };
    for (let tries = 0; tries < 50 && removed.length === 0; tries += 1) await post('/hooks/objects', gone);
    assert.deepEqual(new Set(removed), new Set([log]));
  });

  it('start what is played before all others, and hurry what runs already', async () => {
    const request = bench.request('wait', { priority: 10 });
    const name = { taskId: request.taskId, tenant: 'acme' };
    const first = await post('/hooks/play', { request, atMs: 5000 });
    assert.equal(first.status, 200);
    assert.equal(first.isNew, true);
    assert.equal(first.isDone, false);
    const { state } = await awaitTranscode(bench.reelay, name);
    assert.equal(state.status, 'succeeded', 'the signal has come');
    assert.equal(state.priority, 100, 'the signal has come');
    assert.equal((await post('/hooks/play', { request })).isDone, true);
    const running = bench.request('wait');
    const { taskId, tenant } = running;
    await bench.client.workflow.start('transcode', {
      workflowId: `transcode:acme/${taskId}`,
      taskQueue: 'reelay',
      args: [running],
    });
    assert.equal((await post('/hooks/play', { taskId, tenant, atMs: 1 })).status, 200);
    await awaitTranscode(bench.reelay, { taskId, tenant: 'acme' });
    assert.equal((await describeTranscode(bench.reelay, { taskId, tenant: 'acme' })).state.status, 'succeeded');
  });

  it('take an input that is an address alone for the same request', async () => {
    const request = bench.request('end');
    const first = await post('/hooks/play', { request: { ...request, input: 'https://example.com/movie.mp4' } });
    assert.equal(first.isNew, true);
    await awaitTranscode(bench.reelay, { taskId: request.taskId, tenant: 'acme' });
    assert.equal((await post('/hooks/play', { request })).isDone, true);
  });

  it('answer each fault with its code', async () => {
    const answers: [number, string | undefined, ReturnType<typeof post>][] = [
      [404, 'task-not-found', post('/hooks/play', { taskId: 'nobody' })],
      [400, 'request-invalid', post('/hooks/play', {})],
      [400, 'task-id-invalid', post('/hooks/play', { taskId: '../x' })],
      [401, 'token-missing', post('/hooks/play', {}, { token: 'wrong' })],
      [401, 'token-missing', post('/hooks/objects', {}, { token: '' })],
      [400, undefined, post('/hooks/objects', '{"Records"')],
      [415, undefined, post('/hooks/objects', 'Records', { type: 'text/csv' })],
      [413, undefined, post('/hooks/objects', { Records: 'x'.repeat(5_000_000) })],
    ];
    for (const [status, code, answering] of answers) {
      const answer = await answering;
      assert.deepEqual(answer.status, status, JSON.stringify(answer));
      assert.deepEqual(answer.error.code, code, JSON.stringify(answer));
    }
    assert.equal((await post('/hooks/objects', {})).status, 200);
    assert.equal((await server.inject('/health')).statusCode, 200);
    assert.equal((await server.inject('/else')).statusCode, 401);
  });
});
