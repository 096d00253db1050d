import assert from 'node:assert/strict';
import { fault, problemOf } from '../../contracts/errors.js';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import { playSignal, transcodeStateQuery } from '../../contracts/messages.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { eventually } from '../harness/eventually.js';
import { fakeTranscoder, untilCancelled } from './fake-transcoder.js';
import { whileTranscoding } from './transcode-bench.js';

const WITHIN = { withinMs: 20_000, what: 'the turn' };

describe('a transcode', () => {
  it('encodes chunks and sound, joins each rendition lowest first, and tells of its end', async () => {
    const transcoder = fakeTranscoder();
    const input = { taskId: 'whole-story', labels: { movie: '42' } };
    await whileTranscoding({ transcoder, input }, async ({ handle }) => {
      assert.equal((await handle.result()).cpuSeconds, 7);
      const state = await handle.query(transcodeStateQuery);
      assert.equal(state.status, 'succeeded');
      assert.equal(state.percent, 100);
      assert.equal(state.decision?.kind, 'encode');
      assert.deepEqual(state.pieces, { total: 7, done: 7, reused: 0, running: 0 });
      const { typedSearchAttributes: shown } = await handle.describe();
      assert.equal(shown.get(SEARCH_ATTRIBUTES.state), 'succeeded');
      assert.equal(shown.get(SEARCH_ATTRIBUTES.task), 'whole-story');
    });
    const { made, events, removed, letters } = transcoder;
    assert.deepEqual([...made].sort(), [
      '360p',
      '720p',
      'audio',
      'chunk 0',
      'chunk 1',
      'chunk 2',
      'inspect',
      'thumbnails',
    ]);
    assert.ok(made.indexOf('360p') < made.indexOf('720p'));
    assert.deepEqual(
      events.map(({ kind, event }) => [kind, event.sequence]),
      [
        ['queued', 1],
        ['succeeded', 2],
      ],
    );
    assert.equal(events[1]?.event.labels['movie'], '42');
    assert.equal(events[1]?.event.manifest?.unit, 'u1');
    assert.deepEqual(
      removed.map(({ what }) => what),
      [['work']],
    );
    assert.deepEqual(letters, []);
  });

  it('makes only what the store lacks', async () => {
    const transcoder = fakeTranscoder({ inspection: { chunksDone: [0, 2], isAudioDone: true, hasThumbnails: false } });
    await whileTranscoding({ transcoder, input: { taskId: 'resumed' } }, async ({ handle }) => {
      await handle.result();
      const { pieces } = await handle.query(transcodeStateQuery);
      assert.deepEqual(pieces, { total: 6, done: 6, reused: 3, running: 0 });
    });
    assert.deepEqual(transcoder.made, ['inspect', 'chunk 1', '360p', '720p']);
  });

  it('converts a conforming input as a whole', async () => {
    const decision = { kind: 'repackage', reason: 'the streams conform' } as const;
    const transcoder = fakeTranscoder({ inspection: { decision, chunks: 0, hasThumbnails: false } });
    await whileTranscoding({ transcoder, input: { taskId: 'conforming' } }, ({ handle }) => handle.result());
    assert.deepEqual(transcoder.made, ['inspect', 'whole']);
  });

  it('makes nothing of what is published already', async () => {
    const published = { unit: 'u1' } as TranscodeManifest;
    const transcoder = fakeTranscoder({ inspection: { published } });
    await whileTranscoding({ transcoder, input: { taskId: 'published' } }, async ({ handle }) => {
      assert.deepEqual(await handle.result(), published);
    });
    assert.deepEqual(transcoder.made, ['inspect']);
  });

  it('joins a ladder at once', async () => {
    const transcoder = fakeTranscoder({ inspection: { isLadder: true, hasThumbnails: false, chunks: 1 } });
    await whileTranscoding({ transcoder, input: { taskId: 'ladder' } }, ({ handle }) => handle.result());
    assert.deepEqual(transcoder.made.slice(-1), ['ladder']);
  });

  it('begins with what is played when somebody plays', async () => {
    const order: string[] = [];
    let play = (): void => undefined;
    const played = new Promise<void>((resolve) => (play = resolve));
    const transcoder = fakeTranscoder({
      inspection: { chunks: 5, durationMs: 50_000, audio: 'none', hasThumbnails: false },
      async onPiece(name) {
        if (name === 'inspect') await played;
        order.push(name);
      },
    });
    await whileTranscoding({ transcoder, input: { taskId: 'played', chunksAtOnce: 1 } }, async ({ handle }) => {
      await handle.signal(playSignal, { atMs: 31_000 });
      play();
      await handle.result();
    });
    assert.deepEqual(order.slice(1, 6), ['chunk 3', 'chunk 4', 'chunk 0', 'chunk 1', 'chunk 2']);
  });

  it('makes a piece again that failed by itself, and says so', async () => {
    const transcoder = fakeTranscoder({
      onPiece(name, tries) {
        if (name === 'chunk 1' && tries < 3) throw fault('output-unproven', '899 pictures instead of 900');
      },
    });
    await whileTranscoding({ transcoder, input: { taskId: 'again' } }, async ({ handle }) => {
      await handle.result();
      const { warnings } = await handle.query(transcodeStateQuery);
      assert.deepEqual(
        warnings,
        Array.from({ length: 2 }, () => 'chunk 2 was made again after output-unproven'),
      );
    });
  });

  it('fails with the failure of a piece, stops the others, and leaves a letter and no output', async () => {
    const transcoder = fakeTranscoder({
      async onPiece(name) {
        if (name === 'chunk 1') throw fault('input-damaged', 'nothing to decode at 12.5 s');
        if (name === 'audio') await untilCancelled();
      },
    });
    const input = { taskId: 'failing', callback: { url: 'https://caller.example/done' }, redrives: 2 };
    await whileTranscoding({ transcoder, input }, async ({ handle }) => {
      await assert.rejects(handle.result(), (error) => problemOf(error)?.code === 'input-damaged');
      const { status, problem, pieces } = await handle.query(transcodeStateQuery);
      assert.equal(status, 'failed');
      assert.equal(problem?.code, 'input-damaged');
      assert.equal(pieces.running, 0);
      await eventually(() => transcoder.callbacks[0], WITHIN);
    });
    const { events, removed, letters, callbacks } = transcoder;
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['queued', 'failed'],
    );
    assert.deepEqual(
      removed.map(({ what, unit }) => [what, unit]),
      [[['outputs'], 'u1']],
    );
    assert.deepEqual(
      letters.map(({ redrives, phase, problem }) => [redrives, phase, problem.code]),
      [[2, 'encode', 'input-damaged']],
    );
    assert.equal(callbacks[0]?.kind, 'failed');
    assert.equal(callbacks[0]?.event.problem?.code, 'input-damaged');
  });

  it('keeps no pieces that do not make a whole', async () => {
    const transcoder = fakeTranscoder({
      onPiece(name) {
        if (name === '360p') throw fault('output-unproven', 'it does not decode where chunk 1 begins');
      },
    });
    await whileTranscoding({ transcoder, input: { taskId: 'unproven' } }, async ({ handle }) => {
      await assert.rejects(handle.result(), (error) => problemOf(error)?.code === 'output-unproven');
    });
    assert.deepEqual(
      transcoder.removed.map(({ what }) => what),
      [['outputs', 'work']],
    );
  });

  it('is visibly stopping while a cancelled piece ends, and then cancelled without a letter', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const transcoder = fakeTranscoder({
      async onPiece(name) {
        if (name !== 'chunk 0') return;
        await untilCancelled().catch(async (error: unknown) => {
          await released;
          throw error;
        });
      },
    });
    await whileTranscoding({ transcoder, input: { taskId: 'cancelled' } }, async ({ handle }) => {
      const status = async (): Promise<string> => (await handle.query(transcodeStateQuery)).status;
      await eventually(async () => ((await status()) === 'running' ? true : undefined), WITHIN);
      await handle.cancel();
      await eventually(async () => ((await status()) === 'stopping' ? true : undefined), WITHIN);
      release();
      await assert.rejects(handle.result());
      assert.equal((await handle.describe()).status.name, 'CANCELLED');
      assert.equal(await status(), 'cancelled');
    });
    assert.deepEqual(
      transcoder.events.map(({ kind }) => kind),
      ['queued', 'cancelled'],
    );
    assert.deepEqual(transcoder.letters, []);
  });

  it('expires at its deadline', async () => {
    const transcoder = fakeTranscoder({ onPiece: (name) => (name === 'audio' ? untilCancelled() : undefined) });
    await whileTranscoding({ transcoder, input: { taskId: 'late', deadlineMs: 1000 } }, async ({ handle }) => {
      await assert.rejects(handle.result(), (error) => problemOf(error)?.code === 'task-expired');
      assert.equal((await handle.query(transcodeStateQuery)).status, 'expired');
    });
    assert.equal(transcoder.letters[0]?.problem.code, 'task-expired');
  });

  it('refuses a request that makes no sense, before it begins', async () => {
    const transcoder = fakeTranscoder();
    const input = { taskId: 'refused', input: { url: 'gopher://a/b' } };
    await whileTranscoding({ transcoder, input }, async ({ handle }) => {
      await assert.rejects(handle.result(), (error) => problemOf(error)?.code === 'input-url-invalid');
    });
    assert.deepEqual(transcoder.events, []);
  });
});
