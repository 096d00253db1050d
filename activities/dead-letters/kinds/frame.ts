import PQueue from 'p-queue';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import { fault } from '../../../contracts/errors.js';
import { TOPICS } from '../../../contracts/events.js';
import { namesOwnObjects, type FrameHead, type FrameLetter } from '../../../contracts/frame-letter.js';
import { frameKey } from '../../../contracts/keys.js';
import { areImages, eventOf, type Frame } from '../../frames/frame.js';
import { putFrame } from '../../frames/put-frame.js';
import { frameInStore } from '../../frames/republish-found.js';
import { announcedAmong, type Finding } from '../find-letters.js';
import type { LetterWork, RedriveDeps, Sending } from './letter-work.js';

const AT_ONCE = 8;
const PUT_WITHIN_MS = 60_000;
/** Where the log is long, an event that was there is published once more under its id rather than looked for. */
const LOOK_FOR_MS = 10_000;

export const FRAME_WORK: LetterWork<FrameLetter, FrameHead> = {
  hostOf: ({ content, host }) => (content.at === 'spool' ? host : undefined),
  announced: announcedFrames,
  send: sendFrame,
  probe: ({ frame }, { stores }) => stores[0].head(frameKey(frame.session, frame)),
  afterFailure: ({ code }) => ({ stage: code.startsWith('event') ? 'events' : 'store' }),
};

/** The bytes that travel in a letter. */
export const bytesInLetter = ({ content }: FrameLetter): Buffer[] | undefined =>
  content.at === 'letter' ? content.images.map((image) => Buffer.from(image, 'base64')) : undefined;

interface StoredFrame {
  frame: Frame;
  store: ObjectStore;
}

/**
 * Brings a frame that was given up to where it belongs: into the store unless one of them has it, and into the log. The
 * event tells of what the store holds, which another host may have put there.
 */
async function sendFrame(
  letter: FrameLetter,
  { stores, events, isAnnounced, place }: Sending,
): Promise<'stored' | 'already-stored'> {
  if (!namesOwnObjects(letter.frame))
    throw fault('dead-letter-unusable', `letter ${letter.letterId}: it names objects that are not those of its slot`);
  const there = await findFrame(stores, letter.frame);
  if (there && isAnnounced) return 'already-stored';
  const { frame, store } = there ?? (await bringFrame(letter, { store: stores[0], images: await place.bytes(letter) }));
  const event = eventOf(frame, { attempt: letter.attempts + 1, isLate: true, url: (key) => store.url(key) });
  await events.publish(TOPICS.frames, { key: frame.session.streamId, event });
  return 'stored';
}

/** The frame of a slot in the first store that has all of it. */
async function findFrame(
  stores: readonly ObjectStore[],
  { session, slotMs }: Pick<Frame, 'session' | 'slotMs'>,
): Promise<StoredFrame | undefined> {
  for (const store of stores) {
    const frame = await frameInStore({ store, session }, slotMs);
    if (frame) return { frame, store };
  }
  return undefined;
}

/** Beside a picture of another host nothing is put: its variants are still to come, or its own letter says why not. */
async function bringFrame(
  { letterId, frame, content }: FrameLetter,
  { store, images = [] }: { store: ObjectStore; images: readonly Buffer[] | undefined },
): Promise<StoredFrame> {
  if (!areImages(frame.images, images))
    throw fault('dead-letter-unusable', `letter ${letterId}: its bytes, in the ${content.at}, are not what it names`);
  const signal = AbortSignal.timeout(PUT_WITHIN_MS);
  if ((await putFrame(store, { frame, images, signal })) === 'stored') return { frame, store };
  const theirs = await frameInStore({ store, session: frame.session }, frame.slotMs);
  if (theirs) return { frame: theirs, store };
  throw fault(
    'store-conflict',
    `letter ${letterId}: the slot holds an object of another host, without all of its sizes, or one that tells nothing of itself`,
  );
}

/** Those whose frame is stored already and whose event was found. */
async function announcedFrames(
  { stores }: RedriveDeps,
  { heads, finding }: { heads: readonly FrameHead[]; finding: Finding },
): Promise<Set<string>> {
  const stored = new Map<string, FrameHead[]>();
  const queue = new PQueue({ concurrency: AT_ONCE });
  await queue.addAll(
    heads.map((head) => async () => {
      finding.onRead();
      if (!(await findFrame(stores, head.frame))) return;
      const { tenant, streamId } = head.frame.session;
      const stream = `${tenant}/${streamId}`;
      stored.set(stream, [...(stored.get(stream) ?? []), head]);
    }),
  );
  const signal = AbortSignal.timeout(LOOK_FOR_MS);
  const announced = new Set<string>();
  for (const letters of stored.values())
    for (const letterId of await announcedAmong(finding, { letters, signal })) announced.add(letterId);
  return announced;
}
