import assert from 'node:assert/strict';
import { gateCommand, gateIntervalFor } from '../../../media/source/gate.js';
import { startFfmpeg } from '../../../media/process.js';
import { createSmjpegReader } from '../../../media/source/smjpeg.js';
import { FFMPEG } from '../clips.js';

const FRAME_MS = 50;
/** ffmpeg reads its commands ten times a second; the rest is head-room for a busy machine. */
const ACTS_WITHIN_MS = 600;

/** Runs 20 pictures a second through the gate; `command` is asked at each picture what to write. */
async function passed(seconds: number, command: (ptsMs: number) => string | undefined): Promise<number[]> {
  const source = `testsrc=size=32x16:rate=${1000 / FRAME_MS}:duration=${seconds}`;
  const gate = 'framestep=step=2147483647:enable=0';
  const ffmpeg = startFfmpeg({
    ffmpeg: FFMPEG,
    args: [
      ...['-nostats', '-loglevel', 'level+warning', '-f', 'lavfi', '-i', source, '-vf', `realtime,${gate}`],
      ...['-fps_mode', 'passthrough', '-enc_time_base', '1:1000', '-flush_packets', '1', '-f', 'smjpeg', 'pipe:1'],
    ],
    outputCount: 1,
  });
  const times: number[] = [];
  const read = createSmjpegReader(({ ptsMs }) => {
    times.push(ptsMs);
    const text = command(ptsMs);
    if (text !== undefined) ffmpeg.stdin.write(text);
  });
  ffmpeg.outputs[0]?.on('data', read);
  assert.deepEqual((await ffmpeg.exited).tail, []);
  return times;
}

/** Sends each command once, at the first picture from its time on. */
function atTimes(commands: [fromMs: number, text: string][]): (ptsMs: number) => string | undefined {
  const left = [...commands];
  return (ptsMs) => (left[0] && ptsMs >= left[0][0] ? left.shift()?.[1] : undefined);
}

const range = (fromMs: number, untilMs: number, stepMs: number): number[] =>
  Array.from({ length: Math.ceil((untilMs - fromMs) / stepMs) }, (_, index) => fromMs + index * stepMs);

describe('the gate, while ffmpeg runs', () => {
  it('lets every picture pass until it is told otherwise', async () => {
    assert.deepEqual(await passed(1, () => undefined), range(0, 1000, FRAME_MS));
  });

  for (const phaseMs of [200, -300, -0]) {
    it(`lets pass the first picture of each interval, counted from a phase of ${Object.is(phaseMs, -0) ? '-0' : phaseMs} ms`, async () => {
      const times = await passed(3.5, atTimes([[0, gateCommand({ everyMs: 500, phaseMs })]]));
      const after = times.filter((ptsMs) => ptsMs > ACTS_WITHIN_MS + 500);
      assert.deepEqual(after, range(after[0] ?? 0, 3500, 500));
      assert.equal((after[0] ?? 0) % 500, (phaseMs + 500) % 500);
    });
  }

  it('opens, narrows and opens again, and passes exactly what each width lets pass', async () => {
    const times = await passed(
      7,
      atTimes([
        [0, gateCommand({ everyMs: 1000, phaseMs: 0 })],
        [2900, gateCommand({ everyMs: 250, phaseMs: 0 })],
        [5000, gateCommand({ everyMs: 0, phaseMs: 0 })],
      ]),
    );
    const between = (fromMs: number, untilMs: number): number[] =>
      times.filter((ptsMs) => ptsMs >= fromMs && ptsMs < untilMs);
    assert.deepEqual(between(1000, 2900), [1000, 2000]);
    assert.deepEqual(between(3000 + ACTS_WITHIN_MS, 5000), range(3750, 5000, 250));
    assert.deepEqual(between(5000 + ACTS_WITHIN_MS, 7000), range(5000 + ACTS_WITHIN_MS, 7000, FRAME_MS));
    assert.equal(new Set(times).size, times.length);
  });

  it('keeps to its grid where the interval is no multiple of the frame time', async () => {
    const times = await passed(4, atTimes([[0, gateCommand({ everyMs: 333, phaseMs: 0 })]]));
    const expected = range(0, 4000, FRAME_MS).filter(
      (ptsMs) => Math.floor(ptsMs / 333) !== Math.floor((ptsMs - FRAME_MS) / 333),
    );
    const fromMs = ACTS_WITHIN_MS + 333;
    assert.deepEqual(
      times.filter((ptsMs) => ptsMs >= fromMs),
      expected.filter((ptsMs) => ptsMs >= fromMs),
    );
  });
});

describe('the width of the gate', () => {
  for (const [everyMs, intervalMs] of [
    [100, 0],
    [200, 0],
    [250, 125],
    [1000, 500],
    [2000, 1000],
    [5000, 1000],
    [3_600_000, 1000],
  ] as const) {
    it(`is ${intervalMs} ms for a picture each ${everyMs} ms`, () =>
      assert.equal(gateIntervalFor(everyMs), intervalMs));
  }

  it('gives each slot two chances and shows a life sign each second, whatever the rate', () => {
    for (let everyMs = 201; everyMs <= 20_000; everyMs++) {
      const intervalMs = gateIntervalFor(everyMs);
      assert.ok(intervalMs <= 1000 && intervalMs <= everyMs / 2);
      assert.ok(Math.abs(everyMs / intervalMs - Math.round(everyMs / intervalMs)) < 1e-9, 'a slot begins an interval');
    }
  });
});
