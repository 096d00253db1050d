import { kafkaNotifications } from '../adapters/notifications/kafka.js';
import type { NotificationSource } from '../adapters/notifications/notifications.js';
import type { Log } from '../adapters/log.js';
import { fault } from '../contracts/errors.js';
import type { Config } from './config.js';
import { kafkaOptions } from './open-adapters.js';

const OBJECT_GROUP = 'reelay-objects';

/** What a store tells of its objects; undefined where no topic is configured. */
export async function openNotifications(config: Config, log: Log): Promise<NotificationSource | undefined> {
  const { objectTopic: topic, events } = config;
  if (topic === undefined) return undefined;
  if (events.kind !== 'kafka')
    throw fault('config-invalid', 'REELAY_OBJECT_TOPIC: expected REELAY_EVENTS to name Kafka, got a folder');
  return kafkaNotifications({ ...(await kafkaOptions({ ...config, events }, log)), topic, group: OBJECT_GROUP });
}
