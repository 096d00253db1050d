import { EventEmitter, on } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { TOPICS } from '../contracts/events.js';

/** An event as any consumer gets it. */
export interface Heard {
  topic: string;
  type: string;
  id: string;
  data: Record<string, unknown>;
  arrivedAtMs: number;
}

export interface TopicListener {
  /** All events of a stream so far, in order of arrival. */
  of(streamId: string): readonly Heard[];
  /** Resolves with false where no frame of a slot after that comes in time. */
  hearsFrame(streamId: string, frame: { afterMs: number; withinMs: number }): Promise<boolean>;
  /** Resolves when all that is in the topics by now has arrived. */
  catchUp(withinMs: number): Promise<void>;
  /** A topic that is made anew begins at offset 0 again. */
  forget(topic: string): void;
  close(): Promise<void>;
}

const WATCHED: readonly string[] = [TOPICS.frames, TOPICS.streams, TOPICS.deadLetters];
const POLL_MS = 200;
export const FRAME_TYPE = 'dev.reelay.frame.captured.v1';

/** Consumes the topics with an ordinary client that knows nothing of the product. */
export async function openTopicListener(brokers: string[]): Promise<TopicListener> {
  const kafka = new Kafka({
    clientId: 'chaos',
    brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 20, maxRetryTime: 1000 },
  });
  const heard = new Map<string, Heard[]>();
  const read = new Map<string, number>();
  const news = new EventEmitter().setMaxListeners(0);
  let isOpen = true;
  const consumer = kafka.consumer({
    groupId: 'chaos',
    retry: { retries: 20, maxRetryTime: 1000, restartOnFailure: async () => isOpen },
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [...WATCHED], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const at = `${topic}/${partition}`;
      read.set(at, Number(message.offset) + 1);
      const streamId = String(message.key);
      const headers = message.headers ?? {};
      const event = {
        topic,
        type: String(headers['ce_type']),
        id: String(headers['ce_id']),
        arrivedAtMs: Date.now(),
        data: JSON.parse(String(message.value)) as Record<string, unknown>,
      };
      const of = heard.get(streamId);
      if (of) of.push(event);
      else heard.set(streamId, [event]);
      news.emit('event', streamId, event);
    },
  });

  return {
    of: (streamId) => heard.get(streamId) ?? [],
    async hearsFrame(streamId, { afterMs, withinMs }) {
      const isWanted = ({ type, data }: Heard): boolean => type === FRAME_TYPE && Number(data['slotMs']) > afterMs;
      if (heard.get(streamId)?.some(isWanted)) return true;
      try {
        for await (const [of, event] of on(news, 'event', { signal: AbortSignal.timeout(withinMs) }) as AsyncIterable<
          [string, Heard]
        >)
          if (of === streamId && isWanted(event)) return true;
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error;
      }
      return false;
    },
    async catchUp(withinMs) {
      const ends = await endsOf(kafka);
      const endsAt = performance.now() + withinMs;
      while (ends.some(({ at, end }) => (read.get(at) ?? 0) < end)) {
        if (performance.now() > endsAt)
          throw new Error(`the topics could not be read to their end in ${withinMs / 1000} s`);
        await delay(POLL_MS);
      }
    },
    forget(topic) {
      for (const at of read.keys()) if (at.startsWith(`${topic}/`)) read.delete(at);
    },
    async close() {
      // One that crashes while it disconnects would start again, for ever.
      isOpen = false;
      await consumer.disconnect();
    },
  };
}

async function endsOf(kafka: Kafka): Promise<{ at: string; end: number }[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = await Promise.all(
      WATCHED.map(async (topic) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
          at: `${topic}/${partition}`,
          end: Number(high),
        })),
      ),
    );
    return ends.flat();
  } finally {
    await admin.disconnect();
  }
}
