import assert from 'node:assert/strict';
import { stopStream } from '../../client/index.js';
import { captureWorker } from '../harness/capture-worker.js';
import { eventually } from '../harness/eventually.js';
import { expectNoSlotMissing } from '../harness/frame-checks.js';
import { useFullStack } from '../harness/full-stack.js';
import { awaitFrames, expectNoGap, framesOf, startStream } from '../harness/live-streams.js';
import { outsideClient } from '../harness/outside-client.js';
import { capturesOf, type RunningProcess } from '../harness/processes.js';
import { publish, type Publisher } from '../harness/publisher.js';

const STREAMS = Array.from({ length: 10 }, (_, index) => `ten${index}`);
const DURATION_MS = 75_000;
const WARM_MS = 30_000;
const MIB = 1024 * 1024;
describe('ten streams on one host', () => {
  useFullStack();

  let cameras: Publisher[];
  let startedAtMs: number;
  let warm: RunningProcess;
  let end: RunningProcess;

  before('capture ten streams of 720x480', async () => {
    cameras = await Promise.all(STREAMS.map((id) => publish(id, { size: '720x480', grain: 30 })));
    for (const [index, id] of STREAMS.entries())
      await startStream(cameras[index]!.url, { id, args: ['--every', '1s', '--quality', '100', '--no-wait'] });
    await Promise.all(STREAMS.map((id) => awaitFrames(id, { count: 1 })));
    startedAtMs = Date.now();
  });

  it('grow by less than half of what they capture from half a minute on', async function () {
    this.timeout(DURATION_MS + 60_000);
    await timeAfter(WARM_MS);
    warm = await captureWorker();
    await timeAfter(DURATION_MS);
    end = await captureWorker();
    const inMib = ({ rssBytes }: RunningProcess): string => `${Math.round(rssBytes / MIB)} MiB`;
    console.log(`      capture worker: ${inMib(warm)} after ${WARM_MS / 1000} s, ${inMib(end)} at the end`);
    assert.equal(end.pid, warm.pid);
    const frames = (await Promise.all(STREAMS.map(framesOf))).flat().map(({ data }) => data);
    const between = frames.filter(({ slotMs }) => slotMs >= startedAtMs + WARM_MS);
    const pictureBytes = between.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    console.log(`      it captured ${Math.round(pictureBytes / MIB)} MiB of pictures in between`);
    assert.ok(end.rssBytes - warm.rssBytes <= pictureBytes / 2, `from ${inMib(warm)} to ${inMib(end)}`);
  });

  it('are each pulled by one ffmpeg, for which a share of a core is enough', async () => {
    const found = await Promise.all(cameras.map(({ url }) => capturesOf(url)));
    assert.deepEqual(
      found.map((captures) => captures.length),
      STREAMS.map(() => 1),
    );
    const elapsedMs = Date.now() - startedAtMs;
    const ofFfmpeg = found.flat().map(({ cpuMs }) => cpuMs / elapsedMs);
    const ofWorker = (end.cpuMs - warm.cpuMs) / (DURATION_MS - WARM_MS) / STREAMS.length;
    const inPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    const most = Math.max(...ofFfmpeg);
    console.log(`      CPU a stream: ffmpeg at most ${inPercent(most)}, worker ${inPercent(ofWorker)} of a core`);
    assert.ok(most > 0 && most + ofWorker < 1);
  });

  it('lose no slot', async () => {
    const { reelay } = await outsideClient();
    await Promise.all(STREAMS.map((streamId) => stopStream(reelay, { streamId })));
    await Promise.all(STREAMS.map(expectNoGap));
    for (const id of STREAMS) {
      const frames = (await framesOf(id)).map(({ data }) => data);
      assert.ok(frames.length >= DURATION_MS / 1000, `${id} has ${frames.length} frames`);
      expectNoSlotMissing(frames);
    }
  });

  const timeAfter = (ms: number): Promise<true> =>
    eventually(() => Date.now() >= startedAtMs + ms || undefined, {
      withinMs: ms + 1000,
      everyMs: 500,
      what: 'the time to look',
    });
});
