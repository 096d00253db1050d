import assert from 'node:assert/strict';
import { redriveStretch } from '../../activities/dead-letters/redrive-stretch.js';
import { listDeadLetters } from '../../client/dead-letters.js';
import { storedSession, letterOf, type StoredSession } from '../client/stored-session.js';
import { deadLetterEvent } from '../../contracts/dead-letter.js';
import { TOPICS } from '../../contracts/events.js';
import type { FrameLetter } from '../../contracts/frame-letter.js';
import type { StretchResult } from '../../contracts/redrive.js';
import { SESSION, T0 } from '../activities/capture/frames.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { allOf } from '../port-suites/all-of.js';
import { useCanary, useMemoryCheck, withinLimits } from './limits.js';

/** A letter as the topic has it: whoever may write there may say anything. */
type Forge = (letter: FrameLetter) => unknown;

const withImage = (letter: FrameLetter, change: object): unknown => ({
  ...letter,
  frame: { ...letter.frame, images: letter.frame.images.map((image) => ({ ...image, ...change })) },
});
const withFrame = (letter: FrameLetter, change: object): unknown => ({
  ...letter,
  frame: { ...letter.frame, ...change },
});
const withBytes = (letter: FrameLetter, ...images: string[]): unknown => ({
  ...letter,
  content: { at: 'letter', images },
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Those that say something are refused for good, and the others are counted and passed over. */
const LETTERS: [name: string, forge: Forge, outcome: 'refused' | 'unreadable'][] = [
  [
    'names an object of another tenant',
    (one) => withImage(one, { key: 'other/transcodes/x/manifest.json' }),
    'refused',
  ],
  ['names an object by steps up', (one) => withImage(one, { key: '../../etc/passwd' }), 'refused'],
  ['names no object', (one) => withImage(one, { key: '' }), 'refused'],
  ['names the object of another slot', (one) => withFrame(one, { slotMs: T0 + 5000 }), 'unreadable'],
  ['has bytes of another hash', (one) => withBytes(one, base64('other')), 'refused'],
  ['has more bytes than it names', (one) => withBytes(one, base64('1'), base64('1')), 'refused'],
  ['has no bytes', (one) => withBytes(one), 'refused'],
  ['has bytes that are no base64', (one) => withBytes(one, '***'), 'refused'],
  ['is of a tenant with steps up', (one) => withFrame(one, { session: { ...SESSION, tenant: '..' } }), 'unreadable'],
  ['is of a slot beyond all time', (one) => withFrame(one, { slotMs: 1e300 }), 'unreadable'],
  ['is of a kind that objects have', (one) => ({ ...one, kind: 'constructor' }), 'unreadable'],
  [
    'has a frame of lists in lists',
    (one) => ({ ...one, frame: JSON.parse('['.repeat(999) + ']'.repeat(999)) }),
    'unreadable',
  ],
  ['is a number', () => 1, 'unreadable'],
];

describe('a hostile dead letter', () => {
  useCanary();
  useMemoryCheck();
  const folder = useTempFolder();
  let session: StoredSession;
  beforeEach(() => {
    session = storedSession(folder());
  });
  afterEach(() => session.close());

  async function redriven(data: unknown): Promise<StretchResult> {
    const event = { ...deadLetterEvent(letterOf(1)), data } as ReturnType<typeof deadLetterEvent>;
    await session.sink.publish(TOPICS.deadLetters, { key: SESSION.streamId, event });
    return redriveStretch(
      {
        stores: [session.store, session.backup],
        events: session.sink,
        source: session.source,
        records: session.sink,
        restartTask: () => assert.fail('no task is started'),
      },
      {
        place: {
          holds: () => true,
          bytes: async ({ content }) =>
            content.at === 'letter' ? content.images.map((image) => Buffer.from(image, 'base64')) : undefined,
          release: async () => undefined,
        },
        stretch: { beforeMs: Date.now(), maxRedrives: 5, limit: 100 },
        running: { signal: new AbortController().signal, onProgress: () => undefined },
      },
    );
  }

  for (const [name, forge, outcome] of LETTERS)
    it(`that ${name} is ${outcome}`, async () => {
      const { tally } = await withinLimits(() => redriven(forge(letterOf(1))));
      assert.equal(tally.stored, 0);
      assert.equal(tally.failed, outcome === 'refused' ? 1 : 0);
      const { letters, unreadable } = await listDeadLetters(session.reelay);
      assert.deepEqual(
        letters.map(({ code }) => code),
        outcome === 'refused' ? ['dead-letter-unusable'] : [],
      );
      assert.equal(unreadable > 0, outcome === 'unreadable');
      assert.deepEqual(await allOf(session.store.list('')), []);
    });

  it('does not keep an ordinary one from being sent again', async () => {
    assert.equal((await redriven(letterOf(1))).tally.stored, 1);
  });
});
