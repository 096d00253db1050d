import { setTimeout as delay } from 'node:timers/promises';
import type { ReelayEvent, Topic } from '../../contracts/events.js';
import { fromMessage } from '../../contracts/cloud-event.js';
import { isDenied, kafkaFault } from '../kafka/kafka-fault.js';
import { openTopicReader, type TopicReader } from '../kafka/topic-reader.js';
import type { EventSource, ReadOptions } from './event-log.js';
import type { KafkaOptions } from '../kafka/kafka-client.js';

/** How long a reader bears with brokers that do not answer; one that follows has nothing better to do than to wait. */
const PATIENCE_MS = 10_000;
const FOLLOWING_PATIENCE_MS = 120_000;
const RETRY_DELAY_MS = 250;

/**
 * Fetches partitions directly: no group, nothing committed. Each read has connections of its own, since a broker serves
 * one connection's requests one after the other and a waiting fetch would hold up the next.
 */
export function kafkaEventSource(options: KafkaOptions): EventSource {
  const closing = new AbortController();
  return {
    read: (topic, read) => readTopic(topic, { ...read, ...options, closing: closing.signal }),
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

type Reading = ReadOptions & KafkaOptions & { closing: AbortSignal };

async function* readTopic(topic: Topic, reading: Reading): AsyncGenerator<ReelayEvent> {
  const { key, sinceMs, follow = false, signal, onRead, closing } = reading;
  const patienceMs = follow ? FOLLOWING_PATIENCE_MS : PATIENCE_MS;
  const isStopped = (): boolean => closing.aborted || (signal?.aborted ?? false);
  let reader: TopicReader | undefined;
  const interrupt = (): void => reader?.destroy();
  for (const source of [signal, closing]) source?.addEventListener('abort', interrupt);
  let positions: TopicReader['positions'] | undefined;
  let ends: TopicReader['ends'] | undefined;
  let failingSinceMs: number | undefined;
  try {
    while (!isStopped()) {
      try {
        reader ??= await openTopicReader(topic, {
          ...reading,
          ...(sinceMs === undefined ? {} : { from: { sinceMs } }),
          positions,
          ends,
        });
        ({ positions, ends } = reader);
        if (reader.isAtEnd()) return;
        const fetched = await reader.fetch();
        failingSinceMs = undefined;
        onRead?.();
        for (const record of fetched.flatMap(({ messages }) => messages)) {
          if (isStopped()) return;
          const event = key === undefined || record.key?.toString() === key ? fromMessage(record) : undefined;
          if (event) yield event;
        }
      } catch (error) {
        reader?.destroy();
        reader = undefined;
        if (isStopped()) return;
        const failure = kafkaFault(error, `read ${topic}`);
        failingSinceMs ??= Date.now();
        if (isDenied(failure) || Date.now() - failingSinceMs > patienceMs) throw failure;
        await delay(RETRY_DELAY_MS);
      }
    }
  } finally {
    for (const source of [signal, closing]) source?.removeEventListener('abort', interrupt);
    reader?.destroy();
  }
}
