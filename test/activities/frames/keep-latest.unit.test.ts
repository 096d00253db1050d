import assert from 'node:assert/strict';
import type { Frame } from '../../../activities/frames/frame.js';
import { createLatestKeeper, type LatestEvery } from '../../../activities/frames/keep-latest.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';

const session = { tenant: 'acme', streamId: 'cam1', sessionId: 's' };
const frameOf = (slotMs: number): Frame => ({ session, slotMs, capturedAtMs: slotMs, images: [] }) as unknown as Frame;

/** The slots whose pictures were put, of frames a second apart. */
async function putsOf(everyMs: LatestEvery): Promise<number[]> {
  const puts: number[] = [];
  const store = {
    put: async (_: string, __: Buffer, { metadata }: { metadata: Record<string, string> }) => {
      puts.push(Number(metadata['slot-ms']));
    },
  } as unknown as ObjectStore;
  const keeper = createLatestKeeper({ store, everyMs, closing: new AbortController().signal });
  for (const slotMs of [0, 1000, 2000, 3000, 4000, 5000]) await keeper.keep(frameOf(slotMs), Buffer.from('x'));
  return puts;
}

describe('the copies of the newest picture', () => {
  const cases: [everyMs: LatestEvery, puts: number[]][] = [
    [0, [0, 1000, 2000, 3000, 4000, 5000]],
    [2000, [0, 2000, 4000]],
    [60_000, [0]],
    ['off', []],
  ];
  for (const [everyMs, puts] of cases)
    it(`are put each ${everyMs} ms`, async () => assert.deepEqual(await putsOf(everyMs), puts));
});
