import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { execa } from 'execa';
import { FFMPEG, useClips } from '../../media/clips.js';
import { useSourceServer } from '../../media/source-server.js';
import { play } from './scene.js';
import { liveFor, scriptedSource } from './scripted-source.js';

describe('a capture whose source fails', () => {
  const clips = useClips();
  const server = useSourceServer();
  before('make a clip of 4 s', () => clips.make('live.flv', { seconds: 4, fps: 25, options: ['-f', 'flv'] }));

  /** Sends the clip at its own pace, then closes the connection or keeps it open and silent. */
  const live =
    (then: 'close' | 'silence'): RequestListener =>
    (_, response) => {
      const args = ['-v', 'error', '-re', '-i', clips.path('live.flv'), '-c', 'copy', '-f', 'flv', 'pipe:1'];
      const sender = execa(FFMPEG, args, { buffer: false, reject: false });
      sender.stdout.on('data', (piece) => response.write(piece));
      response.on('close', () => sender.kill());
      void sender.then(() => (then === 'close' ? response.end() : undefined));
    };
  const inTurn = (...answers: RequestListener[]): RequestListener => {
    let turn = 0;
    return (request, response) => answers[Math.min(turn++, answers.length - 1)]?.(request, response);
  };

  it('by silence connects again after the stall time and counts the slots as stalled, and those of its end as offline', async () => {
    server.answer = inTurn(live('silence'), live('close'), (_, response) => response.writeHead(404).end());
    const scene = play({
      url: server.url('/live.flv'),
      everyMs: 500,
      source: { stallMs: 2500, reconnectWindowMs: 5000 },
    });
    const { reason, counts } = await scene.ended;
    assert.equal(reason, 'source-ended');
    const { gaps } = scene.capture.account.part(0);
    assert.deepEqual([...new Set(gaps.map((gap) => gap.reason))], ['source-stalled', 'source-offline']);
    assert.ok(counts.gaps >= 14 && counts.gaps <= 30, `${counts.gaps} gaps`);
    assert.ok(counts.stored >= 10, `${counts.stored} stored`);
    assert.deepEqual(scene.reports.map(({ kind }) => kind).slice(0, 4), [
      'attached',
      'capturing',
      'interrupted',
      'capturing',
    ]);
    assert.deepEqual(scene.gaps, gaps);
    assert.deepEqual(scene.differences(), []);
  });

  it('by its end connects again and captures on', async () => {
    server.answer = live('close');
    const scene = play({ url: server.url('/live.flv'), everyMs: 500, source: { reconnectWindowMs: 30_000 } });
    const first = await scene.frame(() => true);
    await scene.frame(({ slotMs }) => slotMs >= first.slotMs + 7000);
    scene.capture.stop('stopped');
    const { counts } = await scene.ended;
    assert.ok(counts.stored >= 9, `${counts.stored} stored`);
    assert.deepEqual(scene.differences(), []);
  });

  it('for a moment connects again without a word of it', async () => {
    // How long ffmpeg takes to connect is the machine's affair, and two seconds of it are worth a word.
    const pictures = scriptedSource(liveFor(4000));
    const scene = play({ everyMs: 500, source: { reconnectWindowMs: 30_000 }, deps: { pictures } });
    const first = await scene.frame(() => true);
    await scene.frame(({ slotMs }) => slotMs >= first.slotMs + 7000);
    scene.capture.stop('stopped');
    const { counts } = await scene.ended;
    assert.ok(counts.stored >= 9, `${counts.stored} stored`);
    assert.deepEqual(
      scene.reports.map(({ kind }) => kind),
      ['attached', 'capturing'],
    );
    assert.deepEqual(scene.differences(), []);
  });

  it('for good ends when the reconnect window is over, and accounts for the slots until then', async () => {
    server.answer = inTurn(live('close'), (_, response) => response.writeHead(404).end());
    const scene = play({ url: server.url('/live.flv'), everyMs: 500, source: { reconnectWindowMs: 3000 } });
    const { reason, problem, untilMs } = await scene.ended;
    assert.equal(reason, 'source-ended');
    assert.equal(problem?.code, 'source-not-found');
    const lastMs = scene.storedSlots().at(-1) ?? 0;
    assert.ok(untilMs >= lastMs + 3000, `until ${untilMs}, last stored ${lastMs}`);
    const [tail, ...others] = scene.gaps;
    assert.equal(tail?.reason, 'source-offline');
    assert.equal(tail?.fromSlotMs, lastMs + 500);
    assert.deepEqual(others, []);
    assert.equal(scene.reports.at(-1)?.kind, 'interrupted');
    assert.deepEqual(scene.differences(), []);
  });

  it('before its first picture waits for it, and tells why', async () => {
    server.answer = inTurn((_, response) => response.writeHead(404).end(), live('close'));
    const scene = play({ url: server.url('/live.flv'), everyMs: 500, source: { reconnectWindowMs: 30_000 } });
    await scene.frame(() => true);
    scene.capture.stop('stopped');
    await scene.ended;
    assert.deepEqual(
      scene.reports.map(({ kind }) => kind),
      ['attached', 'waiting', 'capturing'],
    );
    assert.deepEqual(scene.gaps, []);
  });
});
