import type { Topic } from '../../contracts/events.js';
import { fault } from '../../contracts/errors.js';
import { toMessage } from '../../contracts/cloud-event.js';
import { SendLane } from '../kafka/send-lane.js';
import { partitionOf } from '../kafka/partition.js';
import { PendingRecord } from '../kafka/pending-record.js';
import { SharedProducer } from '../kafka/shared-producer.js';
import type { EventSink, RawRecord, RecordSink } from './event-log.js';
import type { KafkaOptions } from '../kafka/kafka-client.js';

export const DEFAULT_PUBLISH_DEADLINE_MS = 10_000;
export const DEFAULT_MAX_PENDING_BYTES = 64 * 1024 * 1024;

export interface KafkaSinkOptions extends KafkaOptions {
  /** From `publish` to its outcome, outages included. */
  publishDeadlineMs?: number;
  /** What waits for an acknowledgement at once; beyond it `publish` rejects at once. */
  maxPendingBytes?: number;
}

/*
 * kafkajs loses, repeats and storms when it is left alone with an outage (reasons and links in shared-producer.ts and
 * kafkajs-internals.ts). So a record takes this way:
 *
 *   publish -> lane of its topic (how many partitions?) -> lane of its partition -> one send, one partition -> checked
 *
 * A lane has one batch under way, which keeps the order of a key and makes batches of what waits meanwhile. One producer
 * and one reconnect loop serve all lanes. The deadline of a record is its own: whatever happens below, `publish` has an
 * outcome by then. A record whose outcome is unknown is sent again, by its caller or by its lane: readers tell a
 * repeated event by its id.
 */
export function kafkaEventSink(options: KafkaSinkOptions): EventSink & RecordSink {
  return new KafkaSink(options);
}

class KafkaSink implements EventSink, RecordSink {
  private readonly lanes = new Map<string, SendLane>();
  private readonly pending = new Set<PendingRecord>();
  private readonly producer: SharedProducer;
  private readonly deadlineMs: number;
  private readonly maxPendingBytes: number;
  private pendingBytes = 0;
  private isClosed = false;

  constructor(options: KafkaSinkOptions) {
    this.producer = new SharedProducer({ ...options, isWanted: () => this.pending.size > 0 });
    this.deadlineMs = options.publishDeadlineMs ?? DEFAULT_PUBLISH_DEADLINE_MS;
    this.maxPendingBytes = options.maxPendingBytes ?? DEFAULT_MAX_PENDING_BYTES;
  }

  async publish(topic: Topic, { key, event }: Parameters<EventSink['publish']>[1]): Promise<void> {
    await this.put(new PendingRecord(topic, key, toMessage(event)));
  }

  async putRecord(topic: string, { key, headers, value }: RawRecord): Promise<void> {
    await this.put(new PendingRecord(topic, key, { headers, value }));
  }

  /** Lets what was published come to its outcome first. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled([...this.pending].map(({ acknowledged }) => acknowledged));
    await this.producer.close();
  }

  private async put(record: PendingRecord): Promise<void> {
    const { topic } = record;
    this.assertRoom(record);
    this.pending.add(record);
    this.pendingBytes += record.sizeBytes;
    const timer = setTimeout(() => record.settle(this.overdue(record)), this.deadlineMs);
    this.lane(topic, (batch) => this.route(topic, batch)).add(record);
    try {
      await record.acknowledged;
    } finally {
      clearTimeout(timer);
      this.pending.delete(record);
      this.pendingBytes -= record.sizeBytes;
    }
  }

  private async route(topic: string, batch: PendingRecord[]): Promise<void> {
    const partitions = await this.producer.partitionsOf(topic);
    for (const record of batch) {
      const partition = partitionOf(record.key ?? '', partitions);
      this.lane(`${topic}/${partition}`, (shipped) => this.ship(topic, partition, shipped)).add(record);
    }
  }

  private async ship(topic: string, partition: number, batch: PendingRecord[]): Promise<void> {
    const records = batch.map(({ key, message }) => ({ key, ...message }));
    await this.producer.send({ topic, partition, records }, this.deadlineMs);
    for (const record of batch) record.settle();
  }

  private lane(name: string, work: (batch: PendingRecord[]) => Promise<void>): SendLane {
    const lane = this.lanes.get(name) ?? new SendLane(work);
    this.lanes.set(name, lane);
    return lane;
  }

  private assertRoom({ topic, key, sizeBytes }: PendingRecord): void {
    if (this.isClosed)
      throw fault('events-unreachable', `publish ${String(key)} to ${topic}: the event log was closed`);
    if (this.pendingBytes === 0 || this.pendingBytes + sizeBytes <= this.maxPendingBytes) return;
    throw fault(
      'events-unreachable',
      `publish ${String(key)} to ${topic}: ${this.pendingBytes} bytes wait already, expected at most ${this.maxPendingBytes}`,
      { cause: this.producer.lastFailure },
    );
  }

  private overdue({ topic, key }: PendingRecord): Error {
    const cause = this.producer.lastFailure;
    const reason = cause ? `; the last failure was: ${cause.message}` : '';
    return fault(
      'events-unreachable',
      `publish ${String(key)} to ${topic}: not acknowledged in ${this.deadlineMs} ms${reason}`,
      {
        cause,
      },
    );
  }
}
