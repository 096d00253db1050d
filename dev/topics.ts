import { Kafka, logLevel } from 'kafkajs';
import { TOPICS } from '../contracts/events.js';

/** Partitions where one is too few: frames are many, and streams are told apart by key. */
const PARTITIONS: Record<string, number> = { [TOPICS.frames]: 6, [TOPICS.streams]: 3 };
const ASK_DEADLINE_MS = 5_000;

/**
 * Creates the topics that are missing. Resolves when the broker gives out producer ids too: right after its start it
 * answers "coordinator is loading" to that, when all else works already.
 */
export async function createTopics(brokers: string[]): Promise<void> {
  const kafka = new Kafka({
    clientId: 'reelay-up',
    brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: ASK_DEADLINE_MS,
    requestTimeout: ASK_DEADLINE_MS,
  });
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 1 } });
  try {
    await admin.connect();
    const known = new Set(await admin.listTopics());
    const topics = Object.values(TOPICS)
      .filter((topic) => !known.has(topic))
      .map((topic) => ({ topic, numPartitions: PARTITIONS[topic] ?? 1, replicationFactor: 1 }));
    if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true });
    await producer.connect();
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}
