import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';
import { noLog, type Log } from '../log.js';
import { calmRequestQueues, openCluster, type Cluster } from './kafkajs-internals.js';
import { TrackedSockets } from './tracked-sockets.js';

const CONNECT_TIMEOUT_MS = 2000;
export const DEFAULT_KAFKA_REQUEST_TIMEOUT_MS = 5000;
/** Each seed is tried about once; callers that connect have a loop of their own. */
const connectRetry = ({ length }: string[]) => ({ retries: length, initialRetryTime: 50, maxRetryTime: 300 });

export interface KafkaOptions {
  /** `host:port` of each. */
  brokers: string[];
  clientId?: string;
  sasl?: SASLOptions;
  tls?: ConnectionOptions | boolean;
  /** How long one request to one broker may take. */
  requestTimeoutMs?: number;
  log?: Log;
}

/** A client of its own sockets: closing these ends whatever kafkajs still does, retries included. */
export interface KafkaClient {
  kafka: Kafka;
  sockets: TrackedSockets;
}

export function kafkaClient(options: KafkaOptions): KafkaClient {
  calmRequestQueues();
  const sockets = new TrackedSockets();
  return { kafka: new Kafka(configOf(options, sockets)), sockets };
}

/** For reading without a group. */
export function kafkaCluster(options: KafkaOptions): { cluster: Cluster; sockets: TrackedSockets } {
  const { kafka, sockets } = kafkaClient(options);
  return { cluster: openCluster({ ...configOf(options, sockets), logger: kafka.logger() }), sockets };
}

function configOf(options: KafkaOptions, sockets: TrackedSockets) {
  const { brokers, clientId = 'reelay', sasl, tls, log = noLog } = options;
  return {
    brokers,
    clientId,
    ...(sasl ? { sasl } : {}),
    ...(tls ? { ssl: tls } : {}),
    socketFactory: sockets.factory,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: options.requestTimeoutMs ?? DEFAULT_KAFKA_REQUEST_TIMEOUT_MS,
    retry: connectRetry(brokers),
    logLevel: logLevel.WARN,
    // What it calls an error, such as one refused connection, is an attempt among several: ours tell the outcome.
    logCreator:
      () =>
      ({ namespace, label, log: { message, timestamp: _, logger: __, stack: ___, ...fields } }) =>
        log('debug', `kafkajs ${namespace}: ${message}`, { label, ...fields }),
  } satisfies KafkaConfig;
}
