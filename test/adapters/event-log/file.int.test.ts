import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { fileEventSink } from '../../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../../adapters/event-log/file-source.js';
import { TOPICS } from '../../../contracts/events.js';
import { allOf } from '../../port-suites/all-of.js';
import { itKeepsEvents, someEvent } from '../../port-suites/event-log.js';
import { failingWith } from '../../port-suites/failing-with.js';

describe('events in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reelay-events-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fileOf = (topic: string): string => path.join(folder, `${topic}.jsonl`);
  const idsIn = async (): Promise<string[]> =>
    (await allOf(fileEventSource({ folder }).read(TOPICS.frames, {}))).map(({ id }) => id);

  itKeepsEvents(() => Promise.resolve({ sink: fileEventSink({ folder }), source: fileEventSource({ folder }) }));

  it('keeps lines whole when several threads append', async () => {
    const module = new URL('../../../adapters/event-log/file-sink.js', import.meta.url).href;
    const program = `
      const { fileEventSink } = await import(${JSON.stringify(module)});
      const sink = fileEventSink({ folder: ${JSON.stringify(folder)} });
      const { threadId } = await import('node:worker_threads');
      for (let n = 0; n < 200; n += 1) {
        const event = { id: threadId + '/' + n, source: '/t', type: 't', subject: 's', time: '', data: 'x'.repeat(n * 20) };
        await sink.publish('reelay.frames', { key: String(threadId), event });
      }
      await sink.close();`;
    const workers = [1, 2, 3].map(() => new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`)));
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    const ids = await idsIn();
    assert.equal(new Set(ids).size, 600);
    // A writer that opens the file while another one writes may take that line for torn, and ends it once more.
    const lines = (await readFile(fileOf(TOPICS.frames), 'utf8')).split('\n').filter((line) => line !== '');
    assert.equal(lines.length, 600);
    for (const line of lines) assert.doesNotThrow(() => void JSON.parse(line));
  });

  it('passes over a line that a lost writer left torn', async () => {
    const lost = fileEventSink({ folder });
    await lost.publish(TOPICS.frames, { key: 'a', event: someEvent('a/1') });
    await lost.close();
    await appendFile(fileOf(TOPICS.frames), '{"key":"a","wri');
    const sink = fileEventSink({ folder });
    await sink.publish(TOPICS.frames, { key: 'a', event: someEvent('a/2') });
    await sink.close();
    assert.deepEqual(await idsIn(), ['a/1', 'a/2']);
  });

  it('has nothing to read before anything was published', async () => {
    assert.deepEqual(await idsIn(), []);
  });

  it('follows a topic that does not exist yet', async () => {
    const follower = fileEventSource({ folder: path.join(folder, 'new') }).read(TOPICS.frames, { follow: true });
    const first = follower[Symbol.asyncIterator]();
    const next = first.next();
    const sink = fileEventSink({ folder: path.join(folder, 'new') });
    await sink.publish(TOPICS.frames, { key: 'a', event: someEvent('a/1') });
    assert.equal((await next).value?.id, 'a/1');
    await first.return?.();
    await sink.close();
  });

  it('is denied where its folder cannot be made, and works once it can', async () => {
    await writeFile(path.join(folder, 'blocked'), '');
    const sink = fileEventSink({ folder: path.join(folder, 'blocked', 'events') });
    const publish = (): Promise<void> => sink.publish(TOPICS.frames, { key: 'a', event: someEvent('a/1') });
    await assert.rejects(publish(), failingWith('events-denied'));
    await rm(path.join(folder, 'blocked'));
    await publish();
    await sink.close();
  });
});
