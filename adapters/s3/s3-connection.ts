import http from 'node:http';
import https from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { objectAddress } from '../../contracts/object-address.js';
import { assertObjectKey } from '../object-key.js';

export const DEFAULT_CONNECT_TIMEOUT_MS = 2000;
export const DEFAULT_SOCKET_TIMEOUT_MS = 5000;
export const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
export const DEFAULT_MAX_SOCKETS = 64;
export const S3_CHECKSUMS = ['WHEN_REQUIRED', 'WHEN_SUPPORTED'] as const;
export const DEFAULT_S3_CHECKSUMS = S3_CHECKSUMS[0];
/** S3-compatible servers take any region; the SDK wants one. */
const REGION_OF_ENDPOINTS = 'us-east-1';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** A server, and how it is spoken to. */
export interface S3Options {
  /** The address of a server other than AWS; its buckets are addressed by path. */
  endpoint?: string;
  region?: string;
  /** Else what the SDK finds in AWS_* variables, profiles or the machine's role. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  connectTimeoutMs?: number;
  /** Silence on a connection, in the middle of a body too. */
  socketTimeoutMs?: number;
  /** From the request to the first byte of the answer, besides the time that the body takes. */
  requestTimeoutMs?: number;
  maxSockets?: number;
  /** Checksums of the SDK are not known to every compatible server: https://github.com/aws/aws-sdk-js-v3/issues/6810 */
  checksums?: (typeof S3_CHECKSUMS)[number];
}

export interface S3StoreOptions extends S3Options {
  bucket: string;
  /** Put before every key, without a slash at its ends. */
  prefix?: string;
  /** Puts without a condition where the server says that it knows none, instead of failing. */
  allowUnconditional?: boolean;
  /** Keys a listing asks for at once, 1 to 1000. */
  pageSize?: number;
}

export interface S3Connection {
  client: S3Client;
  /** The same without a limit to silence on a connection: for calls that are bound by other means. */
  patient: S3Client;
  socketMs: number;
  requestMs: number;
  /** Within this the answer has to begin. */
  answerMs: number;
  close(): void;
}

export function openS3(options: S3Options): S3Connection {
  const agents = openAgents(options);
  const socketMs = options.socketTimeoutMs ?? DEFAULT_SOCKET_TIMEOUT_MS;
  const requestMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  const client = openClient(options, { ...agents, socketTimeout: socketMs });
  const patient = openClient(options, { ...agents, socketTimeout: 0 });
  return {
    client,
    patient,
    socketMs,
    requestMs,
    answerMs: requestMs + socketMs,
    close() {
      client.destroy();
      patient.destroy();
    },
  };
}

/** Where keys are in a bucket. */
export interface S3Place {
  bucket: string;
  /** Before every key: empty, or with a slash at its end. */
  root: string;
  at(key: string): { Bucket: string; Key: string };
  where(key: string): string;
}

export function s3Place({ bucket, prefix = '' }: Pick<S3StoreOptions, 'bucket' | 'prefix'>): S3Place {
  const root = prefix === '' ? '' : `${prefix}/`;
  return {
    bucket,
    root,
    at(key) {
      assertObjectKey(key);
      return { Bucket: bucket, Key: root + key };
    },
    where: (key) => objectAddress({ bucket, key: root + key }),
  };
}

/** What a server tells of an object, in the words of the port. */
export interface S3ObjectInfo {
  sizeBytes: number;
  contentType: string;
  metadata: Record<string, string>;
}

export function describeObject(answer: {
  ContentLength?: number | undefined;
  ContentType?: string | undefined;
  Metadata?: Record<string, string> | undefined;
}): S3ObjectInfo {
  return {
    sizeBytes: answer.ContentLength ?? 0,
    contentType: answer.ContentType ?? 'application/octet-stream',
    metadata: answer.Metadata ?? {},
  };
}

interface Connections {
  httpAgent: http.Agent;
  httpsAgent: https.Agent;
}

function openAgents({ maxSockets = DEFAULT_MAX_SOCKETS }: S3Options): Connections {
  const options = { keepAlive: true, maxSockets };
  return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
}

function openClient(options: S3Options, connections: Connections & { socketTimeout: number }): S3Client {
  const { endpoint, credentials, checksums = DEFAULT_S3_CHECKSUMS } = options;
  const region = options.region ?? (endpoint === undefined ? undefined : REGION_OF_ENDPOINTS);
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials ? { credentials } : {}),
    maxAttempts: 1,
    // Else it tells the console of each stream that failed: its sender is told anyway.
    logger: SILENT,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      requestTimeout: options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
      // Without it the SDK only logs: https://github.com/aws/aws-sdk-js-v3/issues/6763
      throwOnRequestTimeout: true,
      ...connections,
    },
  });
}
