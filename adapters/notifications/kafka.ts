import type { Consumer } from 'kafkajs';
import { kafkaClient, type KafkaOptions } from '../kafka/kafka-client.js';
import { kafkaFault } from '../kafka/kafka-fault.js';
import { noLog } from '../log.js';
import type { NotificationSource } from './notifications.js';

interface KafkaNotifications extends KafkaOptions {
  topic: string;
  group: string;
}

const SESSION_MS = 30_000;
/** After a failure of the handler or of the brokers. */
const AGAIN = { initialRetryTime: 300, maxRetryTime: 10_000, retries: 5 } as const;

/** Readers of one group share the partitions; each message is committed when it was handled, and not before. */
export function kafkaNotifications({ topic, group, ...options }: KafkaNotifications): NotificationSource {
  const { kafka, sockets } = kafkaClient(options);
  const log = options.log ?? noLog;
  let consumer: Consumer | undefined;
  return {
    async consume(handle) {
      consumer = kafka.consumer({
        ...{ groupId: group, sessionTimeout: SESSION_MS, allowAutoTopicCreation: false },
        retry: { ...AGAIN, restartOnFailure: () => Promise.resolve(true) },
      });
      try {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({
          autoCommitThreshold: 1,
          eachMessage: async ({ message, heartbeat }) => {
            const beating = setInterval(() => void heartbeat().catch(() => undefined), SESSION_MS / 4);
            try {
              await handle(parse(message.value));
            } catch (error) {
              log('warn', 'a notification is handled again', { error: String(error) });
              throw error;
            } finally {
              clearInterval(beating);
            }
          },
        });
      } catch (error) {
        throw kafkaFault(error, `read ${topic}`);
      }
    },
    async close() {
      await consumer?.disconnect().catch(() => undefined); // whatever it still waits for ends with its sockets
      sockets.destroy();
    },
  };
}

/** What is no JSON asks for nothing. */
function parse(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString() ?? 'null');
  } catch {
    return undefined;
  }
}
