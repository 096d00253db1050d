import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { taskStart } from '../../contracts/task-start.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { eventually } from '../harness/eventually.js';
import { temporalServer } from '../harness/servers.js';
import { openTranscodeBench, type TranscodeBench } from './transcode-bench.js';

const START_WITHIN_MS = 900_000;

describe('tasks that wait for a worker', () => {
  const folder = useTempFolder();
  let bench: TranscodeBench;
  let queue: string;
  beforeEach(async function () {
    this.timeout(START_WITHIN_MS);
    queue = `turns-${randomUUID().slice(0, 8)}`;
    bench = await openTranscodeBench(folder());
  });
  afterEach(() => bench.close());

  async function submit(tenant: string, count: number, priority = 50): Promise<void> {
    for (let number = 1; number <= count; number += 1) {
      const settings = parseTranscodeRequest({
        taskId: `${tenant}-${priority}-${number}-${queue}`,
        tenant,
        priority,
        labels: { queue },
        profile: 'audio',
        input: { url: 'https://example.com/a' },
      });
      const { workflowId } = await bench.client.workflow.start('noteTask', taskStart(settings));
      // The next one is submitted when this one waits for a worker.
      await eventually(
        async () => {
          const { raw } = await bench.client.workflow.getHandle(workflowId).describe();
          return (raw.pendingActivities ?? []).length === 1 ? true : undefined;
        },
        { withinMs: 10_000, everyMs: 10, what: 'a waiting task' },
      );
    }
  }

  /** Tenants and priorities, in the order in which one worker takes their tasks. */
  async function takenInOrder(count: number): Promise<string[]> {
    const { address, namespace } = await temporalServer();
    const connection = await NativeConnection.connect({ address });
    const taken: string[] = [];
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: queue,
      maxConcurrentActivityTaskExecutions: 1,
      activities: { note: async (taskId: string) => void taken.push(taskId.split('-').slice(0, 2).join(' ')) },
    });
    await worker.runUntil(() =>
      eventually(() => (taken.length === count ? true : undefined), {
        withinMs: 30_000,
        everyMs: 20,
        what: 'all tasks',
      }),
    );
    await connection.close();
    return taken;
  }

  it('are overtaken by one of a higher priority, and overtake those of a lower one', async () => {
    await submit('a', 6, 10);
    await submit('a', 6, 50);
    await submit('a', 1, 90);
    const taken = await takenInOrder(13);
    assert.deepEqual(taken, ['a 90', ...Array<string>(6).fill('a 50'), ...Array<string>(6).fill('a 10')]);
  });

  it('take turns with those of another tenant, however many one has', async () => {
    await submit('crowd', 30);
    await submit('guest', 5);
    const taken = await takenInOrder(35);
    const last = taken.lastIndexOf('guest 50');
    assert.ok(last < 14, `the last of 5 came after ${last} others: ${taken.join(', ')}`);
  });
});
