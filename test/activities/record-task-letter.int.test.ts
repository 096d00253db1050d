import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createRecordTaskLetter } from '../../activities/record-task-letter.js';
import { createStartForPrefix } from '../../activities/start-for-prefix.js';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { submitBatch } from '../../client/transcodes.js';
import { fault } from '../../contracts/errors.js';
import { failureKey } from '../../contracts/keys.js';
import { parseTrigger, requestFor } from '../../contracts/object-trigger.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import type { TaskLetterInput } from '../../contracts/transcode-work.js';
import type { WatchResult } from '../../contracts/watch.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { reelayOf } from '../harness/reelay-of.js';
import { failingWith } from '../port-suites/failing-with.js';

const TRIGGER = parseTrigger({ name: 'up', bucket: 'store', prefix: 'in/', profile: 'hls' });

describe('a task that was given up', () => {
  const folder = useTempFolder();
  let [store, events]: [ReturnType<typeof fileObjectStore>, ReturnType<typeof fileEventSink>] = [] as never;
  let started: string[];
  beforeEach(() => {
    [store, events] = [
      fileObjectStore({ folder: join(folder(), 'store') }),
      fileEventSink({ folder: join(folder(), 'events') }),
    ];
    started = [];
  });
  afterEach(() => Promise.all([store.close(), events.close()]));

  /** A server that has forgotten all tasks, and starts whatever it is asked to. */
  const client = {
    workflow: {
      start: async (_: string, { workflowId }: { workflowId: string }) => {
        started.push(workflowId);
        return { firstExecutionRunId: 'run' };
      },
    },
    withDeadline: (_: number, call: () => unknown) => call(),
  } as unknown as Client;

  async function requestOf(key: string, version: string) {
    await store.put(key, Buffer.from(version), { contentType: 'video/mp4' });
    return requestFor(TRIGGER, { bucket: 'store', key, version, url: store.url(key) });
  }

  const letterOf = async (request: unknown): Promise<TaskLetterInput> => ({
    settings: parseTranscodeRequest(request),
    problem: { code: 'input-not-media', message: 'it is no film' },
    phase: 'probe',
    runId: 'r1',
    startedAtMs: 1,
    redrives: 0,
  });

  it('is not started again by a watch once Temporal has forgotten it', async () => {
    const startForPrefix = createStartForPrefix({ store, client });
    const look = async () => (await new MockActivityEnvironment().run(() => startForPrefix(TRIGGER))) as WatchResult;
    await createRecordTaskLetter({ events, store })(await letterOf(await requestOf('in/a.mov', '5')));
    await store.put('in/a.mov', Buffer.from('12345'), { contentType: 'video/mp4' });
    assert.equal((await look()).started, 0);
    assert.deepEqual(started, []);
    await store.put('in/a.mov', Buffer.from('another'), { contentType: 'video/mp4' });
    assert.equal((await look()).started, 1, 'another version is another task');
  });

  it('is not started again by a notification once Temporal has forgotten it', async () => {
    const request = await requestOf('in/a.mov', 'etag');
    await createRecordTaskLetter({ events, store })(await letterOf(request));
    const reelay = reelayOf({ temporal: client, stores: [store] });
    const [outcome] = await submitBatch(reelay, { requests: [request], startsOnce: true });
    assert.equal(outcome?.task?.isNew, false);
    assert.deepEqual(started, []);
    await submitBatch(reelay, { requests: [request] });
    assert.equal(started.length, 1, 'somebody may start it again');
  });

  it('is known by a note of what was wrong', async () => {
    const letter = await letterOf(await requestOf('in/a.mov', 'etag'));
    await createRecordTaskLetter({ events, store })(letter);
    const note = await store.get(failureKey(letter.settings));
    const { runId, code } = JSON.parse(String(note?.body)) as Record<string, unknown>;
    assert.equal(runId, 'r1');
    assert.equal(code, 'input-not-media');
  });

  it('waits with its note for a store that is away, and goes without one where the store denies it', async () => {
    const letter = await letterOf(await requestOf('in/a.mov', 'etag'));
    const failing = (code: 'store-unreachable' | 'store-denied') =>
      createRecordTaskLetter({
        events,
        store: {
          put: async () => {
            throw fault(code, 'put failed');
          },
        },
      })(letter);
    await assert.rejects(failing('store-unreachable'), failingWith('store-unreachable'));
    await failing('store-denied');
  });
});
