import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bytesInLetter } from '../../../activities/dead-letters/kinds/frame.js';
import { redriveStretch } from '../../../activities/dead-letters/redrive-stretch.js';
import { metadataOf } from '../../../activities/frames/frame-metadata.js';
import type { RawRecord, RecordSink } from '../../../adapters/event-log/event-log.js';
import { listDeadLetters } from '../../../client/dead-letters.js';
import { deadLetterEvent, type DeadLetter } from '../../../contracts/dead-letter.js';
import { frameEventSchema, TOPICS, type ReelayEvent } from '../../../contracts/events.js';
import { frameKey } from '../../../contracts/keys.js';
import { MAX_INLINE_BYTES } from '../../../contracts/letter-fields.js';
import { letterKey } from '../../../contracts/letter-kinds.js';
import { recordLetterOf } from '../../../contracts/record-letter.js';
import type { StretchResult } from '../../../contracts/redrive.js';
import { keyOf, letterOf, storedSession, type StoredSession } from '../../client/stored-session.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { imageOf, T0 } from '../capture/frames.js';

describe('a redrive of each kind', () => {
  const folder = useTempFolder();
  let session: StoredSession;
  beforeEach(() => {
    session = storedSession(folder());
  });
  afterEach(() => session.close());

  const publish = (letter: DeadLetter): Promise<void> =>
    session.sink.publish(TOPICS.deadLetters, { key: letterKey(letter), event: deadLetterEvent(letter) });

  async function announced(): Promise<ReelayEvent[]> {
    const events: ReelayEvent[] = [];
    for await (const event of session.source.read(TOPICS.frames, {})) events.push(event);
    return events;
  }

  const redrive = ({ records = session.sink }: { records?: RecordSink } = {}): Promise<StretchResult> =>
    redriveStretch(
      {
        stores: [session.store, session.backup],
        events: session.sink,
        source: session.source,
        records,
        restartTask: async () => undefined,
      },
      {
        place: {
          holds: () => true,
          bytes: async (letter) => bytesInLetter(letter),
          release: async () => undefined,
        },
        stretch: { beforeMs: T0 + 3_600_000, maxRedrives: 5, limit: 100 },
        running: { signal: new AbortController().signal, onProgress: () => undefined },
      },
    );

  it('puts nothing beside a half-written slot of another host', async () => {
    const letter = letterOf(1);
    const main = letter.frame.images[0]!;
    const size = { width: 320, height: 180 };
    const variant = { ...main, ...size, key: frameKey(letter.frame.session, { slotMs: letter.frame.slotMs, size }) };
    const frame = { ...letter.frame, images: [main, variant] };
    const ours = imageOf('1');
    await publish({
      ...letter,
      frame,
      content: { at: 'letter', images: [ours, ours].map((image) => image.toString('base64')) },
    });
    const theirs = imageOf('another');
    const image = { ...main, sizeBytes: theirs.length, sha256: createHash('sha256').update(theirs).digest('hex') };
    const metadata = metadataOf({ ...frame, images: [image, variant] }, image);
    await session.store.put(main.key, theirs, { contentType: 'image/jpeg', metadata });
    assert.equal((await redrive()).tally.failed, 1);
    assert.deepEqual(await announced(), []);
    assert.deepEqual((await session.store.get(main.key))?.body, theirs);
    assert.equal(await session.store.head(variant.key), undefined);
    assert.equal((await listDeadLetters(session.reelay)).letters[0]?.redrives, 1);
  });

  describe('with a letter that somebody forged', () => {
    const MANIFEST = 'acme/transcodes/movie/manifest.json';
    const OWN = Buffer.from('{"is":"whole"}');
    const forged = letterOf(1);
    forged.frame.images = [{ ...forged.frame.images[0]!, key: MANIFEST }];
    const OUTSIDE = letterOf(3);
    OUTSIDE.frame.images = [{ ...OUTSIDE.frame.images[0]!, key: '../../outside' }];
    beforeEach(async () => {
      await session.store.put(MANIFEST, OWN, { contentType: 'application/json' });
      await publish(forged);
      await publish(OUTSIDE);
      await publish({ ...letterOf(4), content: { at: 'letter', images: ['no base64!'] } });
      await session.letter(2);
    });

    it('changes nothing that it names', async () => {
      await redrive();
      assert.deepEqual((await session.store.get(MANIFEST))?.body, OWN);
    });

    it('sends the others', async () => {
      assert.deepEqual((await redrive()).tally, { stored: 1, alreadyStored: 0, restarted: 0, failed: 3 });
    });

    it('has nothing left to send', async () => assert.equal((await redrive()).left, 0));

    it('announces no frame of it', async () => {
      await redrive();
      assert.deepEqual(
        (await announced()).map(({ data }) => frameEventSchema.parse(data).slotMs),
        [T0 + 2000],
      );
    });

    it('lists why it is not sent', async () => {
      await redrive();
      const { letters } = await listDeadLetters(session.reelay);
      for (const { code } of letters) assert.equal(code, 'dead-letter-unusable');
      assert.equal(letters.length, 3);
    });
  });

  it('replaces no object of its slot, even one that tells nothing of itself', async () => {
    const unknown = Buffer.from('unknown');
    await session.store.put(keyOf(1), unknown, { contentType: 'image/jpeg' });
    await session.letter(1);
    assert.equal((await redrive()).tally.failed, 1);
    assert.deepEqual((await session.store.get(keyOf(1)))?.body, unknown);
  });

  it('puts a record into its topic again as it was, and closes its letter', async () => {
    const headers = { a: [Buffer.from([0, 255])] };
    const put = { key: Buffer.from('k'), headers, value: Buffer.from([1, 254]) };
    await recordOf(put);
    const topics: string[] = [];
    const puts: RawRecord[] = [];
    const records = {
      putRecord: async (topic: string, again: RawRecord) => void (topics.push(topic), puts.push(again)),
    };
    const { tally } = await redrive({ records });
    assert.equal(tally.republished, 1);
    assert.deepEqual(topics, ['objects']);
    assert.deepEqual(puts, [put]);
    assert.deepEqual((await listDeadLetters(session.reelay)).letters, []);
  });

  it('does not put a record that was too large to travel in its letter', async () => {
    await recordOf({ key: null, headers: {}, value: Buffer.alloc(MAX_INLINE_BYTES + 1) });
    assert.equal((await redrive()).tally.failed, 1);
    const { letters } = await listDeadLetters(session.reelay);
    assert.equal(letters[0]?.code, 'dead-letter-unusable');
  });

  async function recordOf(raw: RawRecord): Promise<void> {
    const letter = recordLetterOf(
      { topic: 'objects', partition: 0, offset: 7n, ...raw },
      { group: 'g', failure: new Error('never'), attempts: 5, nowMs: T0 },
    );
    await session.sink.publish(TOPICS.deadLetters, { key: 'g', event: deadLetterEvent(letter) });
  }
});
