import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { EventSink, EventSource, ReadOptions } from '../../adapters/event-log/event-log.js';
import { TOPICS, type ReelayEvent } from '../../contracts/events.js';
import { allOf } from './all-of.js';
import { failingWith } from './failing-with.js';

export interface EventLog {
  sink: EventSink;
  source: EventSource;
}

/** Longest time from an acknowledgement until a follower has the event. */
const FOLLOW_WITHIN_MS = 3000;
const START_WITHIN_MS = 10_000;

export const someEvent = (id: string, data: unknown = { id }): ReelayEvent => ({
  id,
  source: '/reelay/test',
  type: 'dev.reelay.test.v1',
  subject: id.split('/')[0] ?? '',
  time: '2026-11-20T12:00:00.000Z',
  data,
});

/** What every event log does; `open` may give one that holds events of others. */
export function itKeepsEvents(open: () => Promise<EventLog>): void {
  let log: EventLog;
  let key: string;
  beforeEach(async () => {
    log = await open();
    key = `cam-${randomUUID()}`;
  });
  afterEach(async () => {
    await log.sink.close();
    await log.source.close();
  });

  const publish = (id: string, at = key): Promise<void> =>
    log.sink.publish(TOPICS.frames, { key: at, event: someEvent(id) });
  const read = (options: ReadOptions = { key }): AsyncIterable<ReelayEvent> => log.source.read(TOPICS.frames, options);
  const idsOf = async (options?: ReadOptions): Promise<string[]> => (await allOf(read(options))).map(({ id }) => id);
  const publishMany = async (count: number, prefix = ''): Promise<string[]> => {
    const ids = Array.from({ length: count }, (_, index) => `${key}/${prefix}${index}`);
    await Promise.all(ids.map((id) => publish(id)));
    return ids;
  };

  it('gives back an event as it was published', async () => {
    const event = someEvent(`${key}/1`, { text: 'Übertragung 直播 😀', nested: [1, { two: null }], empty: {} });
    await log.sink.publish(TOPICS.streams, { key, event });
    assert.deepEqual(await allOf(log.source.read(TOPICS.streams, { key })), [event]);
    assert.deepEqual(await idsOf(), []);
  });

  it('tells that it reads before it has found anything', async () => {
    await publishMany(3);
    let reads = 0;
    for await (const _ of read({ key, onRead: () => (reads += 1) })) break;
    assert.ok(reads > 0);
  });

  it('keeps the order of a key, however fast its events come', async () => {
    const ids = await publishMany(1000);
    assert.deepEqual(await idsOf(), ids);
  });

  it('reads the events of one key, or of all', async () => {
    const others = Array.from({ length: 10 }, (_, index) => `${key}-other-${index}`);
    await Promise.all([publish(`${key}/1`), ...others.map((other) => publish(`${other}/1`, other))]);
    assert.deepEqual(await idsOf(), [`${key}/1`]);
    const all = (await idsOf({})).filter((id) => id.startsWith(key));
    assert.deepEqual(new Set(all), new Set([`${key}/1`, ...others.map((other) => `${other}/1`)]));
  });

  it('starts at the first record of a time', async () => {
    await publishMany(3, 'before-');
    const sinceMs = Date.now() + 2;
    while (Date.now() < sinceMs) await new Promise(setImmediate);
    const after = await publishMany(3, 'after-');
    assert.deepEqual(await idsOf({ key, sinceMs }), after);
    assert.deepEqual(await idsOf({ key, sinceMs: Date.now() + 60_000 }), []);
  });

  it('ends at what was the newest record when the reading began', async () => {
    const ids = await publishMany(5);
    const seen: string[] = [];
    for await (const { id } of read()) {
      if (seen.push(id) === 1) await publishMany(5, 'later-');
    }
    assert.deepEqual(seen, ids);
  });

  it('starts promptly and gives a follower each new event at once', async () => {
    await publish(`${key}/0`);
    const stop = new AbortController();
    const startedAtMs = Date.now();
    const follower = read({ key, follow: true, signal: stop.signal })[Symbol.asyncIterator]();
    assert.equal((await follower.next()).value?.id, `${key}/0`);
    assert.ok(Date.now() - startedAtMs < START_WITHIN_MS, `started after ${Date.now() - startedAtMs} ms`);
    for (let turn = 1; turn <= 5; turn += 1) {
      const next = follower.next();
      await publish(`${key}/${turn}`);
      const publishedAtMs = Date.now();
      assert.equal((await next).value?.id, `${key}/${turn}`);
      assert.ok(Date.now() - publishedAtMs < FOLLOW_WITHIN_MS, `came after ${Date.now() - publishedAtMs} ms`);
    }
    stop.abort();
    assert.equal((await follower.next()).done, true);
  });

  it('ends a follower that waits when its signal aborts', async () => {
    const stop = new AbortController();
    const waiting = read({ key, follow: true, signal: stop.signal })[Symbol.asyncIterator]().next();
    stop.abort();
    assert.equal((await waiting).done, true);
  });

  it('ends its followers when it is closed', async () => {
    await publish(`${key}/0`);
    const follower = read({ key, follow: true })[Symbol.asyncIterator]();
    await follower.next();
    const waiting = follower.next();
    await log.source.close();
    assert.equal((await waiting).done, true);
  });

  it('serves several readers at once, each at its own pace', async () => {
    const ids = await publishMany(50);
    const slow = read()[Symbol.asyncIterator]();
    await slow.next();
    assert.deepEqual(await Promise.all([idsOf(), idsOf()]), [ids, ids]);
    const rest: string[] = [];
    for (let next = await slow.next(); !next.done; next = await slow.next()) rest.push(next.value.id);
    assert.deepEqual(rest, ids.slice(1));
  });

  it('keeps what was published before it was closed, and takes nothing after', async () => {
    const published = publishMany(10);
    await log.sink.close();
    const ids = await published;
    await assert.rejects(publish(`${key}/late`), failingWith('events-unreachable'));
    assert.deepEqual(await idsOf(), ids);
  });

  it('keeps an event that is published twice under one id', async () => {
    await publish(`${key}/1`);
    await publish(`${key}/1`);
    assert.deepEqual(await idsOf(), [`${key}/1`, `${key}/1`]);
  });
}
