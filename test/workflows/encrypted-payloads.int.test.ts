import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { heartbeat, sleep } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Client, ScheduleOverlapPolicy, WorkflowFailedError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { execa } from 'execa';
import { provideTemporal } from '../../dev/temporal.js';
import { problemOf } from '../../contracts/errors.js';
import { readFirstInput } from '../../records/first-input.js';
import type { PayloadKeys } from '../../runtime/config-payload-settings.js';
import { dataConverter, payloadCodec } from '../../runtime/payload-codec.js';
import { createHttpServer } from '../../server/http-server.js';
import { eventually } from '../harness/eventually.js';
import { temporalServer } from '../harness/servers.js';
import { workflowBundle } from '../../workers/workflow-bundle.js';
import { connectBoth } from './connect-both.js';

const START_WITHIN_MS = 300_000;
const CANARY = 'canary-7d1f-stream-key';
const INPUT = { url: `rtmp://host.example/app/${CANARY}` };
const KEYS = { payloadKeys: { a: randomBytes(32) }, payloadKey: 'a' };

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
      workflowBundle: await workflowBundle(dataConverter(keys)),
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

  describe('while a workflow runs', () => {
    /** Of the stack trace that a query answers with, the name of a function. */
    const SAID = { signal: CANARY, heartbeat: CANARY, query: 'deliverCallback' } as const;
    for (const [what, keys, isClear] of [
      ['is clear without keys', { payloadKeys: {} }, true],
      ['is not to be read with a key', KEYS, false],
    ] as const) {
      let shown: Awaited<ReturnType<typeof shownWhileItRuns>>;
      before(async function () {
        this.timeout(START_WITHIN_MS);
        shown = await shownWhileItRuns(keys);
      });
      for (const part of ['signal', 'heartbeat', 'query'] as const)
        it(`${what} in a ${part}`, () => assert.equal(shown[part].includes(SAID[part]), isClear));
      it(`${what} in the summary of an activity`, () => {
        assert.equal(shown.signal.includes('tell of the end'), isClear);
      });
    }
  });

  describe('with a key that was rotated away too early', () => {
    const [old, next] = [randomBytes(32), randomBytes(32)];
    const [workflowId, taskQueue] = [randomUUID(), `secrets-${randomUUID()}`];
    const told: string[] = [];

    const workerWith = async (keys: PayloadKeys): Promise<Worker> =>
      Worker.create({
        connection: temporal.native,
        namespace: temporal.namespace,
        taskQueue,
        workflowBundle: await workflowBundle(dataConverter(keys)),
        dataConverter: dataConverter(keys),
        activities: { sendCallback: ({ url }: typeof INPUT) => void told.push(url) },
      });

    before(async function () {
      this.timeout(START_WITHIN_MS);
      const client = clientWith({ payloadKeys: { old }, payloadKey: 'old' });
      await client.workflow.start('deliverCallback', { workflowId, taskQueue, args: [INPUT] });
    });

    it('fails no workflow, and says which key a worker lacks', async () => {
      const worker = await workerWith({ payloadKeys: { next }, payloadKey: 'next' });
      const failed = await worker.runUntil(
        eventually(
          async () => {
            const { events = [] } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
            return (
              events?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes ??
              undefined
            );
          },
          { withinMs: 60_000, what: 'a workflow task that failed' },
        ),
      );
      assert.equal(failed.failure?.applicationFailureInfo?.type, 'payload-key-unknown');
    }).timeout(START_WITHIN_MS);

    it('goes on once the key is back', async () => {
      const keys = { payloadKeys: { old, next }, payloadKey: 'next' };
      const worker = await workerWith(keys);
      await worker.runUntil(clientWith(keys).workflow.getHandle(workflowId).result());
      assert.deepEqual(told, [INPUT.url]);
    }).timeout(START_WITHIN_MS);
  });

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

    it('has the input of a run for who has the key', async () => {
      assert.deepEqual(await readFirstInput(clientWith(KEYS), { workflowId }), INPUT);
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

  /** What the server tells of a workflow whose activity heartbeats, and that got a signal, while both wait. */
  async function shownWhileItRuns(keys: PayloadKeys): Promise<Record<'signal' | 'heartbeat' | 'query', Buffer>> {
    const [workflowId, taskQueue] = [randomUUID(), `secrets-${randomUUID()}`];
    const { client, native: connection, namespace } = temporal;
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle: await workflowBundle(dataConverter(keys)),
      dataConverter: dataConverter(keys),
      activities: {
        sendCallback: async (input: typeof INPUT) => {
          heartbeat(input);
          await sleep(START_WITHIN_MS);
        },
      },
    });
    const handle = await clientWith(keys).workflow.start('deliverCallback', { workflowId, taskQueue, args: [INPUT] });
    return worker.runUntil(async () => {
      await handle.signal('unknown', INPUT);
      const execution = { workflowId };
      const described = await eventually(
        async () => {
          const { pendingActivities } = await client.workflowService.describeWorkflowExecution({
            namespace,
            execution,
          });
          return pendingActivities?.find(({ heartbeatDetails }) => heartbeatDetails);
        },
        { withinMs: 30_000, what: 'a heartbeat' },
      );
      const answer = await client.workflowService.queryWorkflow({
        namespace,
        execution,
        query: { queryType: '__stack_trace' },
      });
      const shown = {
        signal: await rawHistory(workflowId),
        heartbeat: bytesOf(described.heartbeatDetails?.payloads),
        query: bytesOf(answer.queryResult?.payloads),
      };
      await handle.terminate();
      return shown;
    });
  }

  it('is read on by a worker that has got its keys since', async () => {
    const { workflowId } = await failWith({ payloadKeys: {} });
    const failure: unknown = await clientWith(KEYS)
      .workflow.getHandle(workflowId)
      .result()
      .catch((thrown: unknown) => thrown);
    assert.equal(problemOf(failure)?.code, 'source-unreachable');
  }).timeout(START_WITHIN_MS);
});

const bytesOf = (payloads: proto.temporal.api.common.v1.IPayload[] | null | undefined): Buffer =>
  Buffer.concat((payloads ?? []).map(({ data }) => Buffer.from(data ?? [])));

/** Payloads are bytes in base64 there. */
const decoded = (whole: string, base64: string): string => `${whole} ${Buffer.from(base64, 'base64').toString()}`;
