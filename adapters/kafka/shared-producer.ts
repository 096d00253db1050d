import { setTimeout as delay } from 'node:timers/promises';
import type { Producer, RecordMetadata } from 'kafkajs';
import { fault } from '../../contracts/errors.js';
import { noLog } from '../log.js';
import { kafkaClient, type KafkaClient, type KafkaOptions } from './kafka-client.js';
import { isDenied, kafkaFault } from './kafka-fault.js';
import type { Message } from './pending-record.js';
import { withDeadline } from './with-deadline.js';

const CONNECT_DEADLINE_MS = 10_000;
const LOOKUP_DEADLINE_MS = 5000;
const DISCONNECT_DEADLINE_MS = 2000;
const FIRST_DELAY_MS = 100;
/** A recovery is noticed within one and a half times this. */
const MAX_DELAY_MS = 1000;
/** Retries of a send: enough for the election of a leader. Within one producer a repeated send is stored once. */
const SEND_RETRY = { retries: 4, initialRetryTime: 100, maxRetryTime: 1000 };
const PARTITIONS_MAX_AGE_MS = 300_000;

interface Session extends KafkaClient {
  producer: Producer;
  users: number;
  isRetired: boolean;
}

export interface SharedProducerOptions extends KafkaOptions {
  /** Whether anybody still waits for a connection; without anybody the reconnect loop ends. */
  isWanted: () => boolean;
}

/** What one `send` carries: records of one partition, so that kafkajs cannot lose a part of it. */
export interface Shipment {
  topic: string;
  partition: number;
  records: ({ key: string | Buffer | null } & Message)[];
}

/**
 * The one producer of a process. After any send that failed it makes a new one: kafkajs takes back the sequence number
 * of a failed send whether or not the broker has stored it, so the next record would carry a number that the broker
 * knows, and would be acknowledged as a duplicate without being stored.
 */
export class SharedProducer {
  /** Since the last send that was acknowledged. */
  lastFailure: Error | undefined;
  private session: Promise<Session> | undefined;
  private readonly closing = new AbortController();
  private readonly partitions = new Map<string, { count: number; atMs: number }>();

  constructor(private readonly options: SharedProducerOptions) {}

  /** Resolves when the broker has acknowledged every record of the shipment. */
  async send(shipment: Shipment, deadlineMs: number): Promise<void> {
    const { topic, partition, records } = shipment;
    const what = `send ${records.length} to ${topic}/${partition}`;
    const session = await this.acquire();
    session.users += 1;
    try {
      const messages = records.map((record) => ({ ...record, partition }));
      const sending = session.producer.send({ topic, messages, acks: -1, timeout: deadlineMs });
      assertAcknowledged(await withDeadline(sending, { ms: deadlineMs, what }), shipment);
      this.lastFailure = undefined;
    } catch (error) {
      this.retire(session);
      throw this.noted(error, what);
    } finally {
      session.users -= 1;
      if (session.isRetired && session.users === 0) end(session);
    }
  }

  async partitionsOf(topic: string): Promise<number> {
    const known = this.partitions.get(topic);
    if (known && Date.now() - known.atMs < PARTITIONS_MAX_AGE_MS) return known.count;
    const session = await this.acquire();
    const admin = session.kafka.admin();
    const what = `look up topic ${topic}`;
    try {
      const lookup = admin.connect().then(() => admin.fetchTopicMetadata({ topics: [topic] }));
      const { topics } = await withDeadline(lookup, { ms: LOOKUP_DEADLINE_MS, what });
      const count = topics[0]?.partitions.length ?? 0;
      if (count === 0) throw fault('events-denied', `${what}: it has no partitions`);
      this.partitions.set(topic, { count, atMs: Date.now() });
      return count;
    } catch (error) {
      const failure = this.noted(error, what);
      if (!isDenied(failure)) this.retire(session);
      throw failure;
    } finally {
      void admin.disconnect().catch(() => undefined); // nothing depends on it
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    const session = await this.session?.catch(() => undefined); // one that never came needs no end
    this.session = undefined;
    if (!session) return;
    await withDeadline(session.producer.disconnect(), { ms: DISCONNECT_DEADLINE_MS, what: 'disconnect' })
      .catch(() => undefined) // what is still open is destroyed next
      .finally(() => session.sockets.destroy());
  }

  private acquire(): Promise<Session> {
    this.session ??= this.connect().catch((error: unknown) => {
      this.session = undefined;
      throw error;
    });
    return this.session;
  }

  private async connect(): Promise<Session> {
    const { log = noLog, brokers, isWanted } = this.options;
    const what = `connect to ${brokers.join(', ')}`;
    for (let attempt = 1, delayMs = FIRST_DELAY_MS; ; attempt += 1, delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
      this.throwIfClosing();
      const session = openSession(this.options);
      try {
        await withDeadline(session.producer.connect(), { ms: CONNECT_DEADLINE_MS, what });
        if (attempt > 1) log('info', 'event log is back', { brokers, attempts: attempt });
        return session;
      } catch (error) {
        end(session);
        const failure = this.noted(error, what);
        if (attempt === 1) log('warn', failure.message, { brokers });
        if (isDenied(failure) || !isWanted()) throw failure;
      }
      await delay(delayMs * (0.5 + Math.random()), undefined, { signal: this.closing.signal }).catch(() => undefined); // checked above
    }
  }

  private noted(error: unknown, what: string): Error {
    this.lastFailure = kafkaFault(error, what);
    return this.lastFailure;
  }

  private throwIfClosing(): void {
    if (this.closing.signal.aborted) throw fault('events-unreachable', 'the event log was closed');
  }

  /** Those who still send with it may finish; nobody else gets it. */
  private retire(session: Session): void {
    if (session.isRetired) return;
    session.isRetired = true;
    this.session = undefined;
    if (session.users === 0) end(session);
  }
}

function openSession(options: KafkaOptions): Session {
  const client = kafkaClient(options);
  const producer = client.kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    retry: SEND_RETRY,
    createPartitioner:
      () =>
      ({ message: { partition = 0 } }) =>
        partition,
  });
  return { ...client, producer, users: 0, isRetired: false };
}

/** Not waiting: with its sockets gone, kafkajs has nothing left to do. */
function end({ sockets, producer }: Session): void {
  sockets.destroy();
  void producer.disconnect().catch(() => undefined); // only to stop its timers
}

/** kafkajs may resolve a send that it has not made: https://github.com/tulios/kafkajs/issues/1303 */
function assertAcknowledged(answers: (RecordMetadata | null)[], { topic, partition }: Shipment): void {
  const isListed = answers.some(
    (answer) => answer?.topicName === topic && answer.partition === partition && answer.errorCode === 0,
  );
  if (!isListed) throw fault('events-unreachable', `the acknowledgement does not list ${topic}/${partition}`);
}
