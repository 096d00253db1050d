import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

const GONE_WITHIN_MS = 20_000;
const POLL_MS = 200;

/** Resolves when no broker knows it any more. */
export async function deleteTopic(brokers: string[], topic: string): Promise<void> {
  const admin = new Kafka({ clientId: 'chaos', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [topic] });
    for (
      const endsAt = performance.now() + GONE_WITHIN_MS;
      (await admin.listTopics()).includes(topic);
      await delay(POLL_MS)
    )
      if (performance.now() > endsAt) throw new Error(`${topic} is still there`);
  } finally {
    await admin.disconnect();
  }
}
