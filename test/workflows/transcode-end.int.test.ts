import assert from 'node:assert/strict';
import { transcodeStateQuery } from '../../contracts/messages.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { eventually } from '../harness/eventually.js';
import { fakeTranscoder, untilCancelled } from './fake-transcoder.js';
import { whileTranscoding } from './transcode-bench.js';

const WITHIN = { withinMs: 20_000, what: 'the turn' };

describe('the end of a task', () => {
  describe('that has begun to publish', () => {
    /** A task whose manifest is written no sooner than it is told to be. */
    function heldBack({ holdsEvents = false } = {}) {
      let [begin, release] = [(): void => undefined, (): void => undefined];
      const begun = new Promise<void>((resolve) => (begin = resolve));
      const released = new Promise<void>((resolve) => (release = resolve));
      const transcoder = fakeTranscoder({
        async onPublish() {
          begin();
          await released;
        },
        onEvent: () => (holdsEvents ? begun : undefined),
      });
      return { transcoder, begun, release };
    }

    it('is done though it is cancelled meanwhile, and loses no output', async () => {
      const { transcoder, begun, release } = heldBack();
      await whileTranscoding({ transcoder, input: { taskId: 'cancelled-late' } }, async ({ handle }) => {
        await begun;
        const status = async (): Promise<string> => (await handle.query(transcodeStateQuery)).status;
        try {
          await handle.cancel();
          await eventually(async () => ((await status()) === 'stopping' ? true : undefined), WITHIN);
          assert.deepEqual(transcoder.removed, []);
        } finally {
          release();
        }
        assert.equal((await handle.result()).unit, 'u1');
        assert.equal(await status(), 'succeeded');
      });
      assert.deepEqual(
        transcoder.removed.map(({ what }) => what),
        [['work']],
      );
      assert.deepEqual(
        transcoder.events.map(({ kind }) => kind),
        ['queued', 'succeeded'],
      );
    });

    it('has its manifest beside all that has changed meanwhile', async () => {
      const { transcoder, release } = heldBack({ holdsEvents: true });
      await whileTranscoding({ transcoder, input: { taskId: 'told-late' } }, async ({ handle }) => {
        const told = () => (transcoder.events.length > 0 ? true : undefined);
        await eventually(told, WITHIN).finally(release);
        await handle.result();
        assert.equal((await handle.query(transcodeStateQuery)).manifest?.unit, 'u1');
      });
      // One that is announced while the manifest is published is no longer to be announced.
      assert.deepEqual(
        transcoder.events.map(({ kind }) => kind),
        ['queued', 'succeeded'],
      );
    });

    it('is done though its time is over meanwhile', async () => {
      const { transcoder, begun, release } = heldBack();
      const input = { taskId: 'late-late', deadlineMs: 5000 };
      await whileTranscoding({ transcoder, input }, async ({ handle }) => {
        await begun;
        const hasRung = async (): Promise<true | undefined> => {
          const { events } = await handle.fetchHistory();
          return events?.some(({ timerFiredEventAttributes: fired }) => fired) ? true : undefined;
        };
        await eventually(hasRung, WITHIN).finally(release);
        assert.equal((await handle.result()).unit, 'u1');
      });
      assert.deepEqual(
        transcoder.removed.map(({ what }) => what),
        [['work']],
      );
      assert.deepEqual(transcoder.letters, []);
    });
  });

  it('goes on saying that it has succeeded where it is cancelled while it closes', async () => {
    let [close, release] = [(): void => undefined, (): void => undefined];
    const closing = new Promise<void>((resolve) => (close = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const transcoder = fakeTranscoder({
      async onRemove() {
        close();
        await released;
      },
    });
    await whileTranscoding({ transcoder, input: { taskId: 'cancelled-at-last' } }, async ({ handle }) => {
      await closing;
      await handle.cancel().finally(release);
      assert.equal((await handle.result()).unit, 'u1');
      assert.equal((await handle.query(transcodeStateQuery)).status, 'succeeded');
      const { typedSearchAttributes: shown } = await handle.describe();
      assert.equal(shown.get(SEARCH_ATTRIBUTES.state), 'succeeded');
    });
  });

  it('publishes nothing that was cancelled before', async () => {
    let published = 0;
    const transcoder = fakeTranscoder({
      onPublish: () => void (published += 1),
      // As a piece that is done just when it is cancelled.
      async onPiece(name) {
        if (name === '720p') await untilCancelled().catch(() => undefined);
      },
    });
    await whileTranscoding({ transcoder, input: { taskId: 'cancelled-before' } }, async ({ handle }) => {
      await eventually(() => (transcoder.made.includes('360p') ? true : undefined), WITHIN);
      await handle.cancel();
      await assert.rejects(handle.result());
      assert.equal((await handle.describe()).status.name, 'CANCELLED');
    });
    assert.equal(published, 0);
  });
});
