import assert from 'node:assert/strict';
import { followFrames } from '../../client/follow-frames.js';
import { FRAME_CAPTURED, TOPICS, type ReelayEvent } from '../../contracts/events.js';
import { SESSION, T0 } from '../activities/capture/frames.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { storedSession, type StoredSession } from './stored-session.js';

describe('following the frames of a stream', () => {
  const folder = useTempFolder();
  let session: StoredSession;
  beforeEach(() => {
    session = storedSession(folder());
  });
  afterEach(() => session.close());

  async function follow(): Promise<{ slots: number[]; foreign: string[] }> {
    const [slots, foreign]: [number[], string[]] = [[], []];
    for await (const { slotMs } of followFrames(session.reelay, {
      ...SESSION,
      sinceMs: 0,
      isPast: true,
      onForeign: ({ id }) => foreign.push(id),
    }))
      slots.push((slotMs - T0) / 1000);
    return { slots, foreign };
  }

  for (const [what, change] of [
    ['without the fields of a frame', { data: { hello: 'world' } }],
    ['without data', { data: null }],
    ['of another type', { type: 'com.example.picture' }],
  ] satisfies [string, Partial<ReelayEvent>][]) {
    it(`goes on behind an event ${what}, and tells of it`, async () => {
      await session.frames([0]);
      const event = { id: 'x', source: 'elsewhere', type: FRAME_CAPTURED, subject: '', time: '', ...change };
      await session.sink.publish(TOPICS.frames, { key: SESSION.streamId, event: { data: {}, ...event } });
      await session.frames([1]);
      const { slots, foreign } = await follow();
      assert.deepEqual(slots, [0, 1]);
      assert.deepEqual(foreign, ['x']);
    });
  }
});
