import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { fault } from '../contracts/errors.js';
import type { PayloadKeys } from './config-payload-settings.js';

/*
 * A payload is encrypted as a whole, its metadata included: nonce, ciphertext and tag follow one another. The tag covers
 * the format and the id of the key as well, so that neither can be exchanged. It does not cover the workflow: the server
 * copies payloads of schedules and continued runs to other ids, and the web interface sends them without any.
 */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const FORMAT = 'reelay/aes-256-gcm/1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** How clients and workers write and read payloads. Without a key, what is encrypted has a clear failure all the same. */
export function dataConverter(keys: PayloadKeys): DataConverter {
  const isEncrypting = keys.payloadKey !== undefined;
  return {
    payloadCodecs: [payloadCodec(keys)],
    // Messages and stacks of failures become payloads, which a codec sees; without it they stay text.
    ...(isEncrypting
      ? { failureConverterPath: fileURLToPath(new URL('../contracts/failure-converter.js', import.meta.url)) }
      : {}),
  };
}

/** Encrypts with the key of `payloadKey`, decrypts with each, and reads what is not encrypted. */
export function payloadCodec({ payloadKeys, payloadKey }: PayloadKeys): PayloadCodec {
  return {
    encode: async (payloads) =>
      payloadKey === undefined
        ? payloads
        : payloads.map((payload) => encrypt(payload, { id: payloadKey, key: keyOf(payloadKey) })),
    decode: async (payloads) =>
      payloads.map((payload) => {
        if (!isEncrypted(payload)) return payload;
        const id = textOf(payload.metadata?.[KEY_ID]);
        return decrypt(payload, { id, key: keyOf(id) });
      }),
  };

  function keyOf(id: string): Buffer {
    const key = Object.hasOwn(payloadKeys, id) ? payloadKeys[id] : undefined;
    if (key) return key;
    throw fault('payload-key-unknown', `REELAY_PAYLOAD_KEYS has no key "${id}", which a payload is encrypted with`);
  }
}

interface NamedKey {
  id: string;
  key: Buffer;
}

function encrypt(payload: Payload, { id, key }: NamedKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound(id));
  const sealed = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([nonce, sealed, cipher.getAuthTag()]),
  };
}

function decrypt({ data }: Payload, { id, key }: NamedKey): Payload {
  try {
    const bytes = Buffer.from(data ?? []);
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(bound(id)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    const { metadata, data: inner } = PayloadMessage.decode(opened);
    return { metadata, data: inner };
  } catch {
    throw fault('payload-unreadable', `a payload does not open with the key "${id}" of REELAY_PAYLOAD_KEYS`);
  }
}

const bound = (id: string): Buffer => Buffer.from(`${FORMAT}\n${id}`);

const isEncrypted = ({ metadata }: Payload): boolean => textOf(metadata?.['encoding']) === ENCODING;

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();
