import assert from 'node:assert/strict';
import { namesOwnObjects, type FrameLetter } from '../../contracts/frame-letter.js';
import { frameKey } from '../../contracts/keys.js';
import { letterOf } from '../client/stored-session.js';

const { frame } = letterOf(1);
const main = frame.images[0]!;
const { session, slotMs } = frame;
const size = { width: 320, height: 180 };
const variant = { ...main, ...size, key: frameKey(session, { slotMs, size }) };
const keyed = (key: string): FrameLetter['frame'] => ({ ...frame, images: [{ ...main, key }] });

describe('the objects that a letter names', () => {
  const CASES: [string, FrameLetter['frame'], boolean][] = [
    ['the frame of its slot', frame, true],
    ['the frame and a variant', { ...frame, images: [main, variant] }, true],
    ['a manifest', keyed('acme/transcodes/movie/manifest.json'), false],
    ['a profile', keyed('profiles/hls/2.json'), false],
    ['the frame of another slot', keyed(frameKey(session, { slotMs: slotMs + 1000 })), false],
    ['the frame of another stream', keyed(frameKey({ ...session, streamId: 'other' }, { slotMs })), false],
    ['its own frame by a detour', keyed(`x/../${main.key}`), false],
    ['a variant where the frame is to be', { ...frame, images: [variant] }, false],
    ['the frame where a variant is to be', { ...frame, images: [main, main] }, false],
  ];
  for (const [what, named, isOwn] of CASES)
    it(`${isOwn ? 'are' : 'are not'} its own where it names ${what}`, () =>
      assert.equal(namesOwnObjects(named), isOwn));
});
