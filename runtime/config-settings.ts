import { availableParallelism, hostname } from 'node:os';
import type { z } from 'zod';
import { DEFAULT_MAX_PENDING_BYTES, DEFAULT_PUBLISH_DEADLINE_MS } from '../adapters/event-log/kafka-sink.js';
import {
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_MAX_SOCKETS,
  DEFAULT_REQUEST_TIMEOUT_MS,
  DEFAULT_S3_CHECKSUMS,
  DEFAULT_SOCKET_TIMEOUT_MS,
  S3_CHECKSUMS,
} from '../adapters/s3/s3-connection.js';
import { GUARD_SETTINGS } from './config-guard-settings.js';
import { PAYLOAD_SETTINGS } from './config-payload-settings.js';
import { SERVER_SETTINGS } from './config-server-settings.js';
import { setting, type Setting } from './setting.js';
import {
  duration,
  durationOrOff,
  eventLogLocation,
  filePath,
  httpUrl,
  oneOf,
  storeLocation,
  text,
  wholeNumber,
  yesOrNo,
} from './config-values.js';
import { TRANSCODE_SETTINGS } from './config-transcode-settings.js';

const MIB = 1024 * 1024;
const DEFAULT_SPOOL_DIR = '.reelay/spool';
const DEFAULT_SPOOL_MAX_BYTES = 1024 * MIB;
/** A stream at one frame a second takes about an eighth of a core where every picture is decoded. */
const STREAMS_PER_CORE = 8;
const DEFAULT_DELIVERY_CONCURRENCY = 16;
/** A renewal a second: a host costs one request a second, a lost one is known within five. */
const DEFAULT_HOST_LEASE_MS = 3000;
const DEFAULT_DELIVERY_MAX_AGE = '1h';
const MAX_TIMEOUT_MS = 600_000;
const REGION = /^[a-z0-9-]+$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const timeout = (variable: string, meaning: string, defaultMs: number) =>
  setting([variable, 'ms', meaning], wholeNumber(1, MAX_TIMEOUT_MS), { default: defaultMs });

/** Every setting of a worker. Temporal's own are not among them: its SDK reads those. */
export const SETTINGS = {
  store: setting(
    ['REELAY_STORE', 'URL', 'where objects are kept: `s3://bucket/prefix` or `file:///folder`'],
    storeLocation(),
    { isRequired: true },
  ),
  unconditionalStore: setting(
    [
      'REELAY_STORE_UNCONDITIONAL',
      'word',
      '`refuse` a store that ignores `If-None-Match`, by which the first writer of an object wins, or `allow` it',
    ],
    oneOf(['refuse', 'allow']),
    { default: 'refuse' },
  ),
  backupStore: setting(
    ['REELAY_STORE_BACKUP', 'URL', 'where frames go while the store is away: `s3://bucket/prefix` or `file:///folder`'],
    storeLocation(),
    {},
  ),
  backupEndpoint: setting(
    ['REELAY_STORE_BACKUP_ENDPOINT', 'URL', 'the S3 server of the backup; that of the store where it is not set'],
    httpUrl('expected http://host:port or https://host:port'),
    {},
  ),
  backupRegion: setting(
    ['REELAY_STORE_BACKUP_REGION', 'name', 'the region of the backup; that of the store where it is not set'],
    text('expected a region', REGION),
    {},
  ),
  backupAccessKeyId: setting(
    [
      'REELAY_STORE_BACKUP_ACCESS_KEY_ID',
      'text',
      'who the worker is to the backup; as to the store where it is not set',
    ],
    text('expected an access key id'),
    {},
  ),
  backupSecretAccessKey: setting(
    ['REELAY_STORE_BACKUP_SECRET_ACCESS_KEY', 'text', 'the secret for that'],
    text('expected a secret', /./s),
    { isSecret: true },
  ),
  events: setting(
    ['REELAY_EVENTS', 'URL', 'where events go: `kafka://host:port,host:port` or `file:///folder`'],
    eventLogLocation(),
    { isRequired: true },
  ),
  host: setting(
    ['REELAY_HOST', 'name', 'the name of this worker; no two workers that run at once may share one'],
    text('expected 1 to 100 letters, digits, ".", "_" or "-", starting with a letter or digit', HOST),
    { default: hostname(), defaultText: "the machine's name" },
  ),
  hostLeaseMs: setting(
    [
      'REELAY_HOST_LEASE_MS',
      'ms',
      'after this long without a word from it a capture worker is taken for lost, and its streams are taken over',
    ],
    wholeNumber(1000, MAX_TIMEOUT_MS),
    { default: DEFAULT_HOST_LEASE_MS },
  ),
  spoolDir: setting(
    ['REELAY_SPOOL_DIR', 'path', 'the folder of this worker alone where frames wait for their delivery'],
    filePath('expected a path'),
    { default: DEFAULT_SPOOL_DIR },
  ),
  spoolMaxBytes: setting(
    ['REELAY_SPOOL_MAX_BYTES', 'bytes', 'what may wait in the spool; beyond it the oldest frames become gaps'],
    wholeNumber(MIB, Number.MAX_SAFE_INTEGER),
    { default: DEFAULT_SPOOL_MAX_BYTES },
  ),
  ffmpeg: setting(['REELAY_FFMPEG', 'path', 'the ffmpeg to run'], text('expected a program'), { default: 'ffmpeg' }),
  ...GUARD_SETTINGS,
  maxStreams: setting(
    ['REELAY_MAX_STREAMS', 'streams', 'how many streams a capture worker takes'],
    wholeNumber(1, 10_000),
    { default: STREAMS_PER_CORE * availableParallelism(), defaultText: `${STREAMS_PER_CORE} a core` },
  ),
  deliveryConcurrency: setting(
    ['REELAY_DELIVERY_CONCURRENCY', 'frames', 'how many frames a worker delivers at once'],
    wholeNumber(1, 1000),
    { default: DEFAULT_DELIVERY_CONCURRENCY },
  ),
  deliveryMaxAgeMs: setting(
    ['REELAY_DELIVERY_MAX_AGE', 'duration', 'after which a frame that cannot be delivered becomes a dead letter'],
    duration('60s'),
    { default: DEFAULT_DELIVERY_MAX_AGE },
  ),
  latestEvery: setting(
    [
      'REELAY_LATEST_EVERY',
      'duration',
      "how far apart the copies of a stream's newest picture are: `0s` for each frame, which doubles the puts; `off` for none",
    ],
    durationOrOff(),
    { default: '0s' },
  ),
  ledgerEveryMs: setting(
    ['REELAY_LEDGER_EVERY', 'duration', 'how far apart the writes of the ledger of a stream are'],
    duration('1s'),
    { default: '10s' },
  ),
  ...TRANSCODE_SETTINGS,
  logLevel: setting(
    ['REELAY_LOG_LEVEL', 'word', 'the least level that is logged: `debug`, `info`, `warn` or `error`'],
    oneOf(['debug', 'info', 'warn', 'error']),
    { default: 'info' },
  ),
  s3Endpoint: setting(
    ['AWS_ENDPOINT_URL_S3', 'URL', 'an S3 server other than AWS; it is addressed by path'],
    httpUrl('expected http://host:port or https://host:port'),
    {},
  ),
  s3Region: setting(
    ['AWS_REGION', 'name', 'the region of the bucket; `us-east-1` where an endpoint is set'],
    text('expected a region', REGION),
    {},
  ),
  s3Checksums: setting(
    [
      'AWS_REQUEST_CHECKSUM_CALCULATION',
      'word',
      '`WHEN_SUPPORTED` for the checksums of the SDK, where the server knows them',
    ],
    oneOf(S3_CHECKSUMS),
    { default: DEFAULT_S3_CHECKSUMS },
  ),
  s3ConnectTimeoutMs: timeout('REELAY_S3_CONNECT_TIMEOUT_MS', 'to connect to the store', DEFAULT_CONNECT_TIMEOUT_MS),
  s3SocketTimeoutMs: timeout('REELAY_S3_SOCKET_TIMEOUT_MS', 'silence on a connection', DEFAULT_SOCKET_TIMEOUT_MS),
  s3RequestTimeoutMs: timeout(
    'REELAY_S3_REQUEST_TIMEOUT_MS',
    'from a request to the first byte of its answer',
    DEFAULT_REQUEST_TIMEOUT_MS,
  ),
  s3MaxSockets: setting(
    ['REELAY_S3_MAX_SOCKETS', 'connections', 'connections to the store at once'],
    wholeNumber(1, 1000),
    { default: DEFAULT_MAX_SOCKETS },
  ),
  publishDeadlineMs: timeout(
    'REELAY_EVENTS_DEADLINE_MS',
    'for an event to be acknowledged by Kafka, outages included',
    DEFAULT_PUBLISH_DEADLINE_MS,
  ),
  maxPendingBytes: setting(
    ['REELAY_EVENTS_MAX_PENDING_BYTES', 'bytes', 'events that may wait for Kafka at once'],
    wholeNumber(MIB, Number.MAX_SAFE_INTEGER),
    { default: DEFAULT_MAX_PENDING_BYTES },
  ),
  kafkaTls: setting(['KAFKA_TLS', 'true or false', 'whether brokers are reached by TLS'], yesOrNo(), {
    default: false,
  }),
  kafkaTlsCaFile: setting(
    ['KAFKA_TLS_CA_FILE', 'path', 'certificates that are trusted, PEM; else those of Node'],
    filePath('expected a path'),
    {},
  ),
  kafkaTlsCertFile: setting(
    ['KAFKA_TLS_CERT_FILE', 'path', "the worker's own certificate, PEM, where brokers ask for one"],
    filePath('expected a path'),
    {},
  ),
  kafkaTlsKeyFile: setting(
    ['KAFKA_TLS_KEY_FILE', 'path', 'the key of that certificate, PEM'],
    filePath('expected a path'),
    {},
  ),
  kafkaSaslMechanism: setting(
    ['KAFKA_SASL_MECHANISM', 'word', 'how brokers are logged in to: `plain`, `scram-sha-256` or `scram-sha-512`'],
    oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
    {},
  ),
  kafkaSaslUsername: setting(['KAFKA_SASL_USERNAME', 'text', 'the name for that'], text('expected a name'), {}),
  kafkaSaslPassword: setting(
    ['KAFKA_SASL_PASSWORD', 'text', 'the password for that'],
    text('expected a password', /./s),
    {
      isSecret: true,
    },
  ),
  kafkaSaslWithoutTls: setting(
    ['KAFKA_SASL_WITHOUT_TLS', 'true or false', 'whether brokers of other machines may be told the password in clear'],
    yesOrNo(),
    { default: false },
  ),
  ...SERVER_SETTINGS,
  ...PAYLOAD_SETTINGS,
} as const satisfies Record<string, Setting<z.ZodType>>;

export type SettingName = keyof typeof SETTINGS;
