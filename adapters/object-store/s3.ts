import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { assertObjectKey } from '../object-key.js';
import { describeObject, openS3, s3Place, type S3StoreOptions } from '../s3/s3-connection.js';
import { isMissing, isNotImplemented, isTaken, storeFault, unconditional } from '../s3/s3-fault.js';
import { withTimeBound } from '../transfer/time-bound.js';
import type { ObjectStore, PutOptions, PutOutcome } from './object-store.js';

const DEFAULT_PAGE_SIZE = 1000;
/**
 * A transfer slower than this is given up, since a peer that takes a byte a second is never silent. It is low because
 * deliveries share the line: 16 at once over 64 kB/s still get through.
 */
const SLOWEST_BYTES_PER_MS = 4;
/**
 * A body that takes longer than the socket time-out at this rate is sent without that time-out: the system takes the
 * whole body at once, so a slow upload looks like silence until it is through. It has the time that this rate needs.
 */
const SLOWEST_LARGE_BYTES_PER_MS = 25;
/** A listing of 1000 keys is smaller. */
const LARGEST_PAGE_BYTES = 1024 * 1024;

/**
 * The caller owns retries and the number of calls at once: what waits for a free socket counts as not connected. Every
 * call ends by itself: with a silent peer after the socket time-out, with one that trickles after the request time-out and
 * the time that the body takes at the slowest rate.
 */
export function s3ObjectStore({
  bucket,
  prefix = '',
  allowUnconditional = false,
  pageSize = DEFAULT_PAGE_SIZE,
  ...options
}: S3StoreOptions): ObjectStore {
  const { client, patient, socketMs, requestMs, answerMs, close } = openS3(options);
  const { root, at, where } = s3Place({ bucket, prefix });
  const listMs = answerMs + LARGEST_PAGE_BYTES / SLOWEST_BYTES_PER_MS;

  return {
    async put(key, body, options) {
      if (!options.ifAbsent) return put(key, body, options);
      const outcome = await send(key, body, { ...options, condition: '*' });
      if (outcome !== 'condition-unknown') return outcome;
      // Asked each time: one answer of a proxy on the way is not to end the condition for good.
      if (!allowUnconditional) throw unconditional(`put ${where(key)}`);
      return put(key, body, options);
    },

    async get(key) {
      const command = new GetObjectCommand(at(key));
      try {
        return await withTimeBound({ ms: answerMs }, async ({ signal, renew }) => {
          const answer = await client.send(command, { abortSignal: signal });
          renew(answerMs + (answer.ContentLength ?? 0) / SLOWEST_BYTES_PER_MS);
          const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
          return { ...describeObject(answer), sizeBytes: body.length, body };
        });
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw storeFault(error, `get ${where(key)}`);
      }
    },

    async head(key) {
      const command = new HeadObjectCommand(at(key));
      try {
        const answering = withTimeBound({ ms: answerMs }, ({ signal }) =>
          client.send(command, { abortSignal: signal }),
        );
        return describeObject(await answering);
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
        const answering = withTimeBound({ ms: listMs }, ({ signal }) => client.send(command, { abortSignal: signal }));
        const page = await answering.catch((error: unknown) => {
          throw storeFault(error, `list ${where(below)}`);
        });
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? [])
          yield { key: Key.slice(root.length), sizeBytes: Size, modifiedMs: LastModified?.getTime() ?? 0 };
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    url: (key) => {
      assertObjectKey(key);
      return where(key);
    },

    async close() {
      close();
    },
  };

  async function put(key: string, body: Uint8Array, options: PutOptions): Promise<PutOutcome> {
    await send(key, body, options);
    return 'written';
  }

  async function send(
    key: string,
    body: Uint8Array,
    { contentType, metadata, condition, signal }: PutOptions & { condition?: '*' },
  ): Promise<PutOutcome | 'condition-unknown'> {
    const command = new PutObjectCommand({
      ...at(key),
      Body: body,
      ContentLength: body.byteLength,
      ContentType: contentType,
      Metadata: metadata,
      IfNoneMatch: condition,
    });
    const isLarge = body.byteLength > socketMs * SLOWEST_LARGE_BYTES_PER_MS;
    const bodyMs = body.byteLength / (isLarge ? SLOWEST_LARGE_BYTES_PER_MS : SLOWEST_BYTES_PER_MS);
    const uploader = isLarge ? patient : client;
    try {
      await withTimeBound({ ms: answerMs + bodyMs, signal }, (bound) =>
        uploader.send(command, { abortSignal: bound.signal, requestTimeout: requestMs + bodyMs }),
      );
      return 'written';
    } catch (error) {
      signal?.throwIfAborted();
      if (condition && isTaken(error)) return 'exists';
      if (condition && isNotImplemented(error)) return 'condition-unknown';
      throw storeFault(error, `put ${where(key)}`);
    }
  }
}
