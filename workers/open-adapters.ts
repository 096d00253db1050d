import { readFile } from 'node:fs/promises';
import { fileEventSink } from '../adapters/event-log/file-sink.js';
import { fileEventSource } from '../adapters/event-log/file-source.js';
import { kafkaEventSink } from '../adapters/event-log/kafka-sink.js';
import { kafkaEventSource } from '../adapters/event-log/kafka-source.js';
import { fileObjectStore } from '../adapters/object-store/file.js';
import { s3ObjectStore } from '../adapters/object-store/s3.js';
import { fault } from '../contracts/errors.js';
import { SETTINGS, type SettingName } from './config-settings.js';
import type { EventSink, EventSource } from '../adapters/event-log/event-log.js';
import type { KafkaOptions } from '../adapters/event-log/kafka-client.js';
import type { Log } from '../adapters/log.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import type { Config } from './config.js';

export interface Adapters {
  store: ObjectStore;
  sink: EventSink;
  source: EventSource;
  /** Lets what was published come to its outcome first. */
  close(): Promise<void>;
}

/** Opens no connection yet: each adapter does so when it is first used, and reports then what is wrong. */
export async function openAdapters(config: Config, log?: Log): Promise<Adapters> {
  const { sink, source } = await openEventLog(config, log);
  const store = openStore(config);
  return {
    store,
    sink,
    source,
    async close() {
      await Promise.all([sink.close(), source.close(), store.close()]);
    },
  };
}

function openStore(config: Config): ObjectStore {
  const { store, s3Endpoint, s3Region } = config;
  if (store.kind === 'file') return fileObjectStore(store);
  return s3ObjectStore({
    bucket: store.bucket,
    prefix: store.prefix,
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
    ...(s3Region === undefined ? {} : { region: s3Region }),
    checksums: config.s3Checksums,
    connectTimeoutMs: config.s3ConnectTimeoutMs,
    socketTimeoutMs: config.s3SocketTimeoutMs,
    requestTimeoutMs: config.s3RequestTimeoutMs,
    maxSockets: config.s3MaxSockets,
  });
}

async function openEventLog(config: Config, log: Log | undefined): Promise<{ sink: EventSink; source: EventSource }> {
  const { events, publishDeadlineMs, maxPendingBytes } = config;
  if (events.kind === 'file') return { sink: fileEventSink(events), source: fileEventSource(events) };
  const options: KafkaOptions = {
    brokers: events.brokers,
    clientId: `reelay-${config.host}`,
    ...(await tlsOf(config)),
    ...saslOf(config),
    ...(log ? { log } : {}),
  };
  return {
    sink: kafkaEventSink({ ...options, publishDeadlineMs, maxPendingBytes }),
    source: kafkaEventSource(options),
  };
}

async function tlsOf(config: Config): Promise<Pick<KafkaOptions, 'tls'>> {
  if (!config.kafkaTls) return {};
  const [ca, cert, key] = await Promise.all([
    readPem(config, 'kafkaTlsCaFile'),
    readPem(config, 'kafkaTlsCertFile'),
    readPem(config, 'kafkaTlsKeyFile'),
  ]);
  return { tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) } };
}

async function readPem(config: Config, name: SettingName & `kafkaTls${string}File`): Promise<string | undefined> {
  const file = config[name];
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw fault('config-invalid', `${SETTINGS[name].variable}: expected a readable file, got ${file}`, { cause });
  });
}

function saslOf({ kafkaSaslMechanism, kafkaSaslUsername, kafkaSaslPassword }: Config): Pick<KafkaOptions, 'sasl'> {
  if (!kafkaSaslMechanism || kafkaSaslUsername === undefined || kafkaSaslPassword === undefined) return {};
  return {
    sasl: { mechanism: kafkaSaslMechanism, username: kafkaSaslUsername, password: kafkaSaslPassword } as NonNullable<
      KafkaOptions['sasl']
    >,
  };
}
