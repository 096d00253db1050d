import { GroupOffsets } from '../kafka/group-offsets.js';
import { kafkaFault } from '../kafka/kafka-fault.js';
import { openTopicReader } from '../kafka/topic-reader.js';
import type { KafkaOptions } from '../kafka/kafka-client.js';
import type { FetchedPartition } from '../kafka/kafkajs-internals.js';
import { isOfEpoch, metadataOf } from './kept-position.js';
import type { LogRecord, RecordLog } from './record-log.js';

/** Positions are offsets of the group, committed without being a member of it: tools see them and the lag. */
export function kafkaRecordLog(options: KafkaOptions): RecordLog {
  return {
    async open({ topic, group, partitions, from, epoch, positions, signal }) {
      const offsets = new GroupOffsets(options, { group, topic });
      const what = `read ${topic}`;
      try {
        const kept = [...(await offsets.read())].filter(([, { metadata }]) => isOfEpoch(metadata, epoch));
        const stored = kept.map(([partition, { offset }]) => [partition, offset] as const);
        const known = new Map([...stored, ...(positions ?? [])]);
        const reader = await openTopicReader(topic, { ...options, partitions, from, follow: true, positions: known });
        const stop = (): void => reader.destroy();
        signal.addEventListener('abort', stop, { once: true });
        return {
          start: new Map(reader.positions),
          async fetch() {
            signal.throwIfAborted();
            const fetched = await reader.fetch().catch((error: unknown) => {
              throw kafkaFault(error, what);
            });
            return fetched.flatMap((partition) => recordsOf(topic, partition));
          },
          commit: (done) => offsets.commit(done, metadataOf(epoch)),
          async close() {
            signal.removeEventListener('abort', stop);
            reader.destroy();
            offsets.close();
          },
        };
      } catch (error) {
        offsets.close();
        throw kafkaFault(error, what);
      }
    },
  };
}

const recordsOf = (topic: string, { partition, messages }: FetchedPartition): LogRecord[] =>
  messages.map(({ offset, timestamp, key, headers, value }) => ({
    topic,
    partition,
    offset: BigInt(offset),
    next: BigInt(offset) + 1n,
    writtenAtMs: Number(timestamp),
    key,
    headers,
    value,
  }));
