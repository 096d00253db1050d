import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { problemOf } from '../../../contracts/errors.js';
import type { Progress } from '../../../media/transcode/piece.js';
import { runFfmpeg } from '../../../media/transcode/run-ffmpeg.js';
import { failingWith } from '../../port-suites/failing-with.js';

const FAKE = fileURLToPath(new URL('../fixtures/fake-encoder.js', import.meta.url));

describe('a run of ffmpeg', () => {
  before(() => chmodSync(FAKE, 0o755));

  const run = (mode: string, more: Partial<Parameters<typeof runFfmpeg>[0]> = {}) =>
    runFfmpeg({ ffmpeg: FAKE, args: [mode], signal: new AbortController().signal, ...more });

  it('tells its progress, its warnings without secrets, and the time of its processor', async () => {
    const told: Progress[] = [];
    const { cpuSeconds, log, command } = await run('works', { onProgress: (progress) => told.push(progress) });
    assert.deepEqual(told, [
      { frames: 10, outTimeMs: 400, speed: 2.5 },
      { frames: 20, outTimeMs: 800, speed: 2.5 },
    ]);
    assert.equal(cpuSeconds, 1.5);
    assert.equal(log.length, 1);
    assert.doesNotMatch(log.join(), /hunter2/);
    assert.match(command, / -nostdin -y .* -progress pipe:1 /);
  });

  it('that ends with 0 and has not said that it got to the end has failed', async () => {
    await assert.rejects(run('stops-early'), /ended without getting to the end/);
    await assert.rejects(run('stops-early'), failingWith('encode-failed'));
  });

  it('that gets no further is killed, although it goes on talking', async () => {
    const startedMs = performance.now();
    await assert.rejects(run('stalls', { stallMs: 1000 }), failingWith('encode-stalled'));
    assert.ok(performance.now() - startedMs < 5000);
  });

  it('that is stopped is gone before the reason for it is thrown', async () => {
    const stopping = new AbortController();
    const running = run('goes-on', { signal: stopping.signal, onProgress: () => stopping.abort(new Error('enough')) });
    await assert.rejects(running, /^Error: enough$/);
  });

  it('that is to be stopped before it starts never starts', async () => {
    await assert.rejects(run('works', { signal: AbortSignal.abort(new Error('too late')) }), /too late/);
  });

  for (const [mode, code] of [
    ['has-no-room', 'scratch-full'],
    ['knows-no-codec', 'input-unsupported'],
    ['fails', 'encode-failed'],
  ] as const) {
    it(`that ${mode.replaceAll('-', ' ')} ends with ${code}, its command and its last words`, async () => {
      const error: unknown = await run(mode).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const problem = problemOf(error);
      assert.equal(problem?.code, code);
      assert.match(problem?.command ?? '', new RegExp(`${mode}$`));
      assert.equal(problem?.tail?.length, 1);
    });
  }

  it('that is not there has failed', async () => {
    await assert.rejects(run('works', { ffmpeg: '/nowhere/ffmpeg' }), failingWith('encode-failed'));
  });
});
