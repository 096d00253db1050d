import {
  S3Client,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { assertObjectKey } from './object-key.js';
import { isMissing, storeFault } from './s3-fault.js';
import type { ObjectInfo, ObjectStore } from './object-store.js';

export const DEFAULT_CONNECT_TIMEOUT_MS = 2000;
export const DEFAULT_SOCKET_TIMEOUT_MS = 5000;
export const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
export const DEFAULT_MAX_SOCKETS = 64;
export const S3_CHECKSUMS = ['WHEN_REQUIRED', 'WHEN_SUPPORTED'] as const;
export const DEFAULT_S3_CHECKSUMS = S3_CHECKSUMS[0];
const DEFAULT_PAGE_SIZE = 1000;
/** S3-compatible servers take any region; the SDK wants one. */
const REGION_OF_ENDPOINTS = 'us-east-1';

export interface S3StoreOptions {
  bucket: string;
  /** Put before every key, without a slash at its ends. */
  prefix?: string;
  /** Of a server other than AWS; addressed by path. */
  endpoint?: string;
  region?: string;
  /** Else what the SDK finds in AWS_* variables, profiles or the machine's role. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  connectTimeoutMs?: number;
  /** Silence on a connection, in the middle of a body too. */
  socketTimeoutMs?: number;
  /** From the request to the first byte of the answer. */
  requestTimeoutMs?: number;
  maxSockets?: number;
  /** Checksums of the SDK are not known to every compatible server: https://github.com/aws/aws-sdk-js-v3/issues/6810 */
  checksums?: (typeof S3_CHECKSUMS)[number];
  /** Keys a listing asks for at once, 1 to 1000. */
  pageSize?: number;
}

/** The caller owns retries and the number of calls at once: what waits for a free socket counts as not connected. */
export function s3ObjectStore({
  bucket,
  prefix = '',
  pageSize = DEFAULT_PAGE_SIZE,
  ...options
}: S3StoreOptions): ObjectStore {
  const client = openClient(options);
  const root = prefix === '' ? '' : `${prefix}/`;
  const at = (key: string): { Bucket: string; Key: string } => {
    assertObjectKey(key);
    return { Bucket: bucket, Key: root + key };
  };
  const where = (key: string): string => `s3://${bucket}/${root}${key}`;

  return {
    async put(key, body, { contentType, metadata, signal }) {
      const command = new PutObjectCommand({
        ...at(key),
        Body: body,
        ContentLength: body.byteLength,
        ContentType: contentType,
        Metadata: metadata,
      });
      try {
        await client.send(command, signal ? { abortSignal: signal } : {});
      } catch (error) {
        signal?.throwIfAborted();
        throw storeFault(error, `put ${where(key)}`);
      }
    },

    async get(key) {
      const command = new GetObjectCommand(at(key));
      try {
        const answer = await client.send(command);
        const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
        return { ...describe(answer), sizeBytes: body.length, body };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw storeFault(error, `get ${where(key)}`);
      }
    },

    async head(key) {
      const command = new HeadObjectCommand(at(key));
      try {
        return describe(await client.send(command));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw storeFault(error, `head ${where(key)}`);
      }
    },

    async *list(below) {
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: root + below,
          MaxKeys: pageSize,
          ContinuationToken: token,
        });
        const page = await client.send(command).catch((error: unknown) => {
          throw storeFault(error, `list ${where(below)}`);
        });
        for (const { Key = '', Size = 0 } of page.Contents ?? [])
          yield { key: Key.slice(root.length), sizeBytes: Size };
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    url: (key) => {
      assertObjectKey(key);
      return where(key);
    },

    close() {
      client.destroy();
      return Promise.resolve();
    },
  };
}

function openClient(options: Omit<S3StoreOptions, 'bucket' | 'prefix' | 'pageSize'>): S3Client {
  const { endpoint, credentials, checksums = DEFAULT_S3_CHECKSUMS, maxSockets = DEFAULT_MAX_SOCKETS } = options;
  const region = options.region ?? (endpoint === undefined ? undefined : REGION_OF_ENDPOINTS);
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials ? { credentials } : {}),
    maxAttempts: 1,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      socketTimeout: options.socketTimeoutMs ?? DEFAULT_SOCKET_TIMEOUT_MS,
      requestTimeout: options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
      // Without it the SDK only logs: https://github.com/aws/aws-sdk-js-v3/issues/6763
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  });
}

function describe(answer: {
  ContentLength?: number | undefined;
  ContentType?: string | undefined;
  Metadata?: Record<string, string> | undefined;
}): ObjectInfo {
  return {
    sizeBytes: answer.ContentLength ?? 0,
    contentType: answer.ContentType ?? 'application/octet-stream',
    metadata: answer.Metadata ?? {},
  };
}
