import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { problemOf } from '../../contracts/errors.js';
import { payloadCodec } from '../../runtime/payload-codec.js';

const CANARY = 'canary-in-a-payload';
const [OLD, NEW] = [randomBytes(32), randomBytes(32)];
const codec = payloadCodec({ payloadKeys: { old: OLD, new: NEW }, payloadKey: 'new' });
const older = payloadCodec({ payloadKeys: { old: OLD }, payloadKey: 'old' });

const plain = (): Payload => {
  const { metadata, data } = defaultPayloadConverter.toPayload({ url: CANARY });
  return { metadata: metadata ?? null, data: data ?? null };
};
const valueOf = ([payload]: Payload[]): unknown => defaultPayloadConverter.fromPayload(payload!);
const bytesOf = ([payload]: Payload[]): Buffer => Buffer.from(payload!.data!);

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => problemOf(error)?.code,
  );
}

describe('the codec of payloads', () => {
  it('gives back what it has encrypted', async () => {
    assert.deepEqual(valueOf(await codec.decode(await codec.encode([plain()]))), { url: CANARY });
  });

  it('shows nothing of what it encrypts', async () => {
    assert.equal(bytesOf(await codec.encode([plain()])).includes(CANARY), false);
  });

  it('encrypts the same twice in two ways', async () => {
    assert.notDeepEqual(bytesOf(await codec.encode([plain()])), bytesOf(await codec.encode([plain()])));
  });

  it('names its key in the metadata', async () => {
    const [payload] = await codec.encode([plain()]);
    assert.equal(Buffer.from(payload!.metadata!['encryption-key-id']!).toString(), 'new');
  });

  it('reads what is not encrypted', async () => {
    assert.deepEqual(valueOf(await codec.decode([plain()])), { url: CANARY });
  });

  it('reads what an earlier key has encrypted', async () => {
    assert.deepEqual(valueOf(await codec.decode(await older.encode([plain()]))), { url: CANARY });
  });

  it('leaves payloads as they are without a key to encrypt with', async () => {
    const [payload] = await payloadCodec({ payloadKeys: { old: OLD } }).encode([plain()]);
    assert.deepEqual(payload, plain());
  });

  it('says that a key is unknown', async () => {
    assert.equal(await codeOf(older.decode(await codec.encode([plain()]))), 'payload-key-unknown');
  });

  it('says so without any key', async () => {
    const none = payloadCodec({ payloadKeys: {} });
    assert.equal(await codeOf(none.decode(await codec.encode([plain()]))), 'payload-key-unknown');
  });

  it('names the unknown key', async () => {
    await assert.rejects(older.decode(await codec.encode([plain()])), /has no key "new"/);
  });

  it('takes no other key under the same id', async () => {
    const other = payloadCodec({ payloadKeys: { new: randomBytes(32) } });
    assert.equal(await codeOf(other.decode(await codec.encode([plain()]))), 'payload-unreadable');
  });

  const alterations: Record<string, (payload: Payload) => Payload> = {
    'a changed nonce': ({ metadata, data }) => ({ metadata: metadata!, data: flipped(data!, 0) }),
    'a changed text': ({ metadata, data }) => ({ metadata: metadata!, data: flipped(data!, 14) }),
    'a changed tag': ({ metadata, data }) => ({ metadata: metadata!, data: flipped(data!, data!.length - 1) }),
    'a tag that is cut': ({ metadata, data }) => ({ metadata: metadata!, data: data!.subarray(0, -1) }),
    'no data': ({ metadata }) => ({ metadata: metadata! }),
    'the id of another key': ({ metadata, data }) => ({
      metadata: { ...metadata, 'encryption-key-id': Buffer.from('old') },
      data: data!,
    }),
  };
  for (const [what, alter] of Object.entries(alterations))
    it(`refuses ${what}`, async () => {
      const [payload] = await codec.encode([plain()]);
      assert.equal(await codeOf(codec.decode([alter(payload!)])), 'payload-unreadable');
    });
});

function flipped(data: Uint8Array, at: number): Uint8Array {
  const bytes = Buffer.from(data);
  bytes[at]! ^= 1;
  return bytes;
}
