import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { Client, ScheduleOverlapPolicy, WorkflowFailedError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { provideTemporal } from '../../dev/temporal.js';
import { problemOf } from '../../contracts/errors.js';
import type { PayloadKeys } from '../../runtime/config-payload-settings.js';
import { dataConverter, payloadCodec } from '../../runtime/payload-codec.js';
import { createHttpServer } from '../../server/http-server.js';
import { temporalServer } from '../harness/servers.js';
import { connectBoth } from './connect-both.js';

const START_WITHIN_MS = 300_000;
const CANARY = 'canary-7d1f-stream-key';
const INPUT = { url: `rtmp://host.example/app/${CANARY}` };
const KEYS = { payloadKeys: { a: randomBytes(32) }, payloadKey: 'a' };
const workflowsPath = fileURLToPath(new URL('../../workflows/index.js', import.meta.url));

describe('what Temporal keeps of payloads', () => {
  let temporal: Awaited<ReturnType<typeof connectBoth>>;
  before(async function () {
    this.timeout(START_WITHIN_MS);
    temporal = await connectBoth();
  });
  after(() => temporal.close());

  const clientWith = (keys: PayloadKeys): Client =>
    new Client({
      connection: temporal.client.connection,
      namespace: temporal.namespace,
      dataConverter: dataConverter(keys),
    });

  /** Ends a workflow in a failure that has the secret in its message, after it had it in its input. */
  async function failWith(keys: PayloadKeys): Promise<{ workflowId: string; error: Error }> {
    const [workflowId, taskQueue] = [randomUUID(), `secrets-${randomUUID()}`];
    const worker = await Worker.create({
      connection: temporal.native,
      namespace: temporal.namespace,
      taskQueue,
      workflowsPath,
      dataConverter: dataConverter(keys),
      activities: {
        sendCallback: (input: typeof INPUT) => {
          throw ApplicationFailure.nonRetryable(`no answer of ${input.url}`, 'source-unreachable', input);
        },
      },
    });
    const running = clientWith(keys).workflow.execute('deliverCallback', { workflowId, taskQueue, args: [INPUT] });
    const error = await worker.runUntil(
      running.then(
        () => assert.fail('the workflow has not failed'),
        (failure: Error) => failure,
      ),
    );
    return { workflowId, error };
  }

  async function rawHistory(workflowId: string): Promise<Buffer> {
    const history = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
    return Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish());
  }

  it('is clear to everybody without keys', async () => {
    const { workflowId } = await failWith({ payloadKeys: {} });
    assert.equal((await rawHistory(workflowId)).includes(CANARY), true);
  }).timeout(START_WITHIN_MS);

  describe('with a key', () => {
    let workflowId: string;
    let error: Error;
    before(async function () {
      this.timeout(START_WITHIN_MS);
      ({ workflowId, error } = await failWith(KEYS));
    });

    it('holds no secret of an input or a failure', async () => {
      assert.equal((await rawHistory(workflowId)).includes(CANARY), false);
    });

    it('has the text of failures for who has the key', () => {
      assert.ok(error instanceof WorkflowFailedError);
      assert.match(String(problemOf(error)?.message), new RegExp(CANARY));
    });

    it('fails with a code for who does not', async () => {
      const failure: unknown = await clientWith({ payloadKeys: {} })
        .workflow.getHandle(workflowId)
        .result()
        .catch((thrown: unknown) => thrown);
      assert.equal(problemOf(failure)?.code, 'payload-key-unknown');
    });

    describe("and Temporal's command line", () => {
      const show = async (...more: string[]): Promise<string> => {
        const { address } = await temporalServer();
        const asked = ['workflow', 'show', '--address', address, '--workflow-id', workflowId, '--output', 'json'];
        return (await execa(await provideTemporal({ report: () => {} }), [...asked, ...more])).stdout.replace(
          /"([A-Za-z0-9+/]{16,}={0,2})"/g,
          decoded,
        );
      };

      it('shows no secret', async () => {
        assert.equal((await show()).includes(CANARY), false);
      });

      it('shows all by the codec endpoint', async () => {
        const hooks = { objects: () => assert.fail(), play: () => assert.fail() };
        const codec = { codec: payloadCodec(KEYS) };
        const server = createHttpServer({ hooks, codec, tokens: { a: 'word' }, onProblem: assert.ifError });
        const url = await server.listen({ host: '127.0.0.1', port: 0 });
        const shown = await show('--codec-endpoint', `${url}/codec`, '--codec-auth', 'Bearer word');
        await server.close();
        assert.equal(shown.includes(CANARY), true);
      });
    });

    it('holds no secret in a schedule', async () => {
      const scheduleId = randomUUID();
      const schedule = await clientWith(KEYS).schedule.create({
        scheduleId,
        spec: {},
        policies: { overlap: ScheduleOverlapPolicy.SKIP },
        action: { type: 'startWorkflow', workflowType: 'watchPrefix', taskQueue: 'nobody', args: [INPUT] },
      });
      const { namespace } = temporal;
      const described = await temporal.client.workflowService.describeSchedule({ namespace, scheduleId });
      const bytes = proto.temporal.api.workflowservice.v1.DescribeScheduleResponse.encode(described).finish();
      await schedule.delete();
      assert.equal(Buffer.from(bytes).includes(CANARY), false);
    });
  });

  it('is read on by a worker that has got its keys since', async () => {
    const { workflowId } = await failWith({ payloadKeys: {} });
    const failure: unknown = await clientWith(KEYS)
      .workflow.getHandle(workflowId)
      .result()
      .catch((thrown: unknown) => thrown);
    assert.equal(problemOf(failure)?.code, 'source-unreachable');
  }).timeout(START_WITHIN_MS);
});

/** Payloads are bytes in base64 there. */
const decoded = (whole: string, base64: string): string => `${whole} ${Buffer.from(base64, 'base64').toString()}`;
