import { createConsume } from '../adapters/consumer/consume.js';
import { fileRecordLog } from '../adapters/consumer/file.js';
import { kafkaRecordLog } from '../adapters/consumer/kafka.js';
import { fileEventSink } from '../adapters/event-log/file-sink.js';
import { fileEventSource } from '../adapters/event-log/file-source.js';
import { kafkaEventSink } from '../adapters/event-log/kafka-sink.js';
import { kafkaEventSource } from '../adapters/event-log/kafka-source.js';
import { openMediaInputs } from '../adapters/inputs/open-media-inputs.js';
import { fileLargeObjects } from '../adapters/large-objects/file.js';
import { s3LargeObjects } from '../adapters/large-objects/s3.js';
import { fileObjectStore } from '../adapters/object-store/file.js';
import { s3ObjectStore } from '../adapters/object-store/s3.js';
import { allowedNetworks } from './allowed-networks.js';
import { readPem } from './read-pem.js';
import type { Consume } from '../adapters/consumer/consumer.js';
import type { EventSink, EventSource, RecordSink } from '../adapters/event-log/event-log.js';
import type { KafkaOptions } from '../adapters/kafka/kafka-client.js';
import type { MediaInputs } from '../adapters/inputs/media-inputs.js';
import type { LargeObjects } from '../adapters/large-objects/large-objects.js';
import type { Log } from '../adapters/log.js';
import type { S3Options } from '../adapters/s3/s3-connection.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { largestInput, type Config } from './config.js';
import type { StoreLocation } from './config-values.js';

export interface Adapters {
  store: ObjectStore;
  /** Where frames go while the store is away. */
  backup?: ObjectStore;
  /** Where frames may be. */
  stores: readonly [ObjectStore, ...ObjectStore[]];
  /** Files of any size in the store. */
  large: LargeObjects;
  /** What is to be transcoded. */
  inputs: MediaInputs;
  sink: EventSink & RecordSink;
  source: EventSource;
  /** Reads topics of any name in the event log. */
  consume: Consume;
  /** Lets what was published come to its outcome first. */
  close(): Promise<void>;
}

/** Opens no connection yet: each adapter does so when it is first used, and reports then what is wrong. */
export async function openAdapters(config: Config, log?: Log): Promise<Adapters> {
  const { sink, source, consume } = await openEventLog(config, log);
  const store = openStore(config, config);
  const large = openLarge(config);
  const inputs = openInputs(config);
  const backup = config.backupStore && openStore(config, backupOf(config, config.backupStore));
  return {
    store,
    ...(backup ? { backup } : {}),
    stores: backup ? [store, backup] : [store],
    large,
    inputs,
    sink,
    source,
    consume,
    async close() {
      await Promise.all([sink, source, store, large, inputs, backup].map((each) => each?.close()));
    },
  };
}

interface StoreSettings {
  store: StoreLocation;
  s3Endpoint?: string;
  s3Region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

function openStore(config: Config, settings: StoreSettings): ObjectStore {
  const { store } = settings;
  if (store.kind === 'file') return fileObjectStore(store);
  return s3ObjectStore({ ...bucketOf(config, store), ...s3Of(config, settings) });
}

function openLarge(config: Config): LargeObjects {
  const { store } = config;
  if (store.kind === 'file') return fileLargeObjects(store);
  return s3LargeObjects({ ...bucketOf(config, store), ...s3Of(config, config) });
}

const bucketOf = ({ unconditionalStore }: Config, { bucket, prefix }: StoreLocation & { kind: 's3' }) => ({
  bucket,
  prefix,
  allowUnconditional: unconditionalStore === 'allow',
});

const openInputs = (config: Config): MediaInputs =>
  openMediaInputs({
    s3: s3Of(config, config),
    allowNetworks: allowedNetworks(config).inputs,
    allowFolders: config.inputAllowFolders,
    allowAddresses: config.inputAllowAddresses,
    maxBytes: largestInput(config),
  });

const s3Of = (config: Config, { s3Endpoint, s3Region, credentials }: Omit<StoreSettings, 'store'>): S3Options => ({
  ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
  ...(s3Region === undefined ? {} : { region: s3Region }),
  ...(credentials ? { credentials } : {}),
  checksums: config.s3Checksums,
  connectTimeoutMs: config.s3ConnectTimeoutMs,
  socketTimeoutMs: config.s3SocketTimeoutMs,
  requestTimeoutMs: config.s3RequestTimeoutMs,
  maxSockets: config.s3MaxSockets,
});

/** What is not said of the backup store is as for the store itself. */
function backupOf(config: Config, store: StoreLocation): StoreSettings {
  const { backupAccessKeyId: accessKeyId, backupSecretAccessKey: secretAccessKey } = config;
  const s3Endpoint = config.backupEndpoint ?? config.s3Endpoint;
  const s3Region = config.backupRegion ?? config.s3Region;
  return {
    store,
    ...(s3Endpoint === undefined ? {} : { s3Endpoint }),
    ...(s3Region === undefined ? {} : { s3Region }),
    ...(accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey } }
      : {}),
  };
}

async function openEventLog(
  config: Config,
  log: Log | undefined,
): Promise<Pick<Adapters, 'sink' | 'source' | 'consume'>> {
  const { events, publishDeadlineMs, maxPendingBytes } = config;
  if (events.kind === 'file')
    return {
      sink: fileEventSink(events),
      source: fileEventSource(events),
      consume: createConsume(fileRecordLog(events), log),
    };
  const options = await kafkaOptions({ ...config, events }, log);
  return {
    sink: kafkaEventSink({ ...options, publishDeadlineMs, maxPendingBytes }),
    source: kafkaEventSource(options),
    consume: createConsume(kafkaRecordLog(options), log),
  };
}

/** How brokers are reached and logged in to. */
const kafkaOptions = async (
  config: Config & { events: { kind: 'kafka'; brokers: string[] } },
  log: Log | undefined,
): Promise<KafkaOptions> => ({
  brokers: config.events.brokers,
  clientId: `reelay-${config.host}`,
  ...(await tlsOf(config)),
  ...saslOf(config),
  ...(log ? { log } : {}),
});

async function tlsOf(config: Config): Promise<Pick<KafkaOptions, 'tls'>> {
  if (!config.kafkaTls) return {};
  const [ca, cert, key] = await Promise.all([
    readPem(config, 'kafkaTlsCaFile'),
    readPem(config, 'kafkaTlsCertFile'),
    readPem(config, 'kafkaTlsKeyFile'),
  ]);
  return { tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) } };
}

function saslOf({ kafkaSaslMechanism, kafkaSaslUsername, kafkaSaslPassword }: Config): Pick<KafkaOptions, 'sasl'> {
  if (!kafkaSaslMechanism || kafkaSaslUsername === undefined || kafkaSaslPassword === undefined) return {};
  return {
    sasl: { mechanism: kafkaSaslMechanism, username: kafkaSaslUsername, password: kafkaSaslPassword } as NonNullable<
      KafkaOptions['sasl']
    >,
  };
}
