import assert from 'node:assert/strict';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { createRestartTask } from '../../../activities/dead-letters/restart-task.js';
import { problemOf } from '../../../contracts/errors.js';
import { taskLetterOf, type TaskLetter } from '../../../contracts/task-letter.js';
import { parseTranscodeRequest } from '../../../contracts/transcode.js';

const settings = parseTranscodeRequest({ taskId: 't', tenant: 'acme', profile: 'hls', input: { url: 's3://a/b.mov' } });
const problem = { code: 'input-damaged', message: 'it is damaged' } as const;
const letter = taskLetterOf(
  { settings, problem, phase: 'encode', runId: 'r', startedAtMs: 5, redrives: 0 },
  { disposition: 'poison', nowMs: 10 },
);

/** A server that knows no run; what is started is told. */
function restarting(): { started: unknown[]; restart(letter: TaskLetter): Promise<void> } {
  const started: unknown[] = [];
  const workflow = {
    getHandle: (id: string) => ({
      describe: () => Promise.reject(new WorkflowNotFoundError('none', id, undefined)),
    }),
    start: (_type: string, { workflowId }: { workflowId: string }) => Promise.resolve(void started.push(workflowId)),
  };
  const client = { workflow, options: { namespace: 'default' } } as unknown as Pick<Client, 'workflow' | 'options'>;
  return { started, restart: createRestartTask(client) };
}

describe('the task of a letter', () => {
  it('is started again', async () => {
    const { started, restart } = restarting();
    await restart(letter);
    assert.deepEqual(started, ['transcode:acme/t']);
  });

  const labels = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`label-${index}`, 'x']));
  const FORGED: [string, Partial<TaskLetter['request']>][] = [
    ['of another task', { taskId: 'other' }],
    ['of another tenant', { tenant: 'other' }],
    ["with outputs among another tenant's", { output: { prefix: 'other/transcodes/movie', isHidden: false } }],
    ['with more labels than a caller may give', { labels }],
    ['that no caller could make', { priority: 5000 }],
  ];
  for (const [what, change] of FORGED) {
    const forged: TaskLetter = { ...letter, request: { ...letter.request, ...change } };

    it(`is not started by a request ${what}`, async () => {
      const { started, restart } = restarting();
      await restart(forged).catch(() => undefined);
      assert.deepEqual(started, []);
    });

    it(`answers a request ${what} with dead-letter-unusable`, async () => {
      await assert.rejects(restarting().restart(forged), (error) => problemOf(error)?.code === 'dead-letter-unusable');
    });
  }
});
