import { DeleteObjectsCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { fault } from '../../contracts/errors.js';
import { openS3, s3Place, type S3StoreOptions } from '../s3/s3-connection.js';
import { getFileFromS3, measureInS3 } from './s3-get-file.js';
import { putFileToS3 } from './s3-put-file.js';
import { ask, type S3Context } from '../s3/s3-requests.js';
import { abandonUpload, listUploads } from '../s3/s3-uploads.js';
import type { LargeObjects } from './large-objects.js';

/** The limit of S3. */
const KEYS_A_REQUEST = 1000;

export interface S3LargeObjectsOptions extends Omit<S3StoreOptions, 'pageSize'> {
  /** How long a request is repeated that may succeed later; a quarter of an hour unless given. */
  patienceMs?: number;
}

export function s3LargeObjects({
  patienceMs,
  allowUnconditional = false,
  ...options
}: S3LargeObjectsOptions): LargeObjects {
  const connection = openS3(options);
  const s3: S3Context = { ...connection, ...s3Place(options), allowUnconditional, patienceMs };

  return {
    putFile: (key, put) => putFileToS3(s3, key, put),
    getFile: (key, get) => getFileFromS3(s3, key, get),
    measure: (key, read = {}) => measureInS3(s3, key, read),

    async remove(keys) {
      for (let at = 0; at < keys.length; at += KEYS_A_REQUEST) {
        await removeSome(s3, keys.slice(at, at + KEYS_A_REQUEST));
      }
    },

    async abandonUploads({ prefix, beforeMs }) {
      let abandoned = 0;
      for (const { upload, begunMs } of await listUploads(s3, { prefix })) {
        if (begunMs < beforeMs && (await abandonUpload(s3, upload))) abandoned += 1;
      }
      return abandoned;
    },

    presign: async (key, { expiresS }) =>
      getSignedUrl(s3.client, new GetObjectCommand(s3.at(key)), { expiresIn: expiresS }),

    async close() {
      connection.close();
    },
  };
}

async function removeSome(s3: S3Context, keys: readonly string[]): Promise<void> {
  const Objects = keys.map((key) => ({ Key: s3.at(key).Key }));
  const command = new DeleteObjectsCommand({ Bucket: s3.bucket, Delete: { Objects, Quiet: true } });
  const { Errors = [] } = await ask(s3, { what: `remove ${keys.length} objects of ${s3.where('')}` }, (bound) =>
    s3.client.send(command, { abortSignal: bound.signal }),
  );
  const [first] = Errors;
  if (!first) return;
  const code = first.Code === 'AccessDenied' ? 'store-denied' : 'store-unreachable';
  throw fault(code, `remove ${first.Key}: ${first.Code}: ${first.Message}, and ${Errors.length - 1} others`);
}
