import assert from 'node:assert/strict';
import { createStages } from '../../../activities/transcode/stages.js';

/** Work that ends when it is told to, and notes its beginning. */
function heldWork() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    end(name: string): Promise<void> {
      ends.get(name)?.();
      return settled();
    },
    work: (name: string) => (): Promise<void> => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the stages of a worker', () => {
  const { signal } = new AbortController();
  const turn = { priority: 50, signal };

  it('encode as many pieces at once as they are told', async () => {
    const { begun, work, end } = heldWork();
    const stages = createStages({ encoders: 2, transfers: 1 });
    for (const name of ['a', 'b', 'c']) void stages.encode(turn, work(name));
    await settled();
    assert.deepEqual(begun, ['a', 'b']);
    await end('a');
    assert.deepEqual(begun, ['a', 'b', 'c']);
  });

  it('let chunks of one task take turns, and those of others go on beside them', async () => {
    const { begun, work, end } = heldWork();
    const stages = createStages({ encoders: 2, transfers: 1 });
    for (const [task, name] of [
      ['t', 't1'],
      ['t', 't2'],
      ['u', 'u1'],
    ] as const)
      void stages.encodeChunk({ ...turn, task }, work(name));
    await settled();
    assert.deepEqual(begun, ['t1', 'u1']);
    await end('u1');
    assert.deepEqual(begun, ['t1', 'u1']);
    await end('t1');
    assert.deepEqual(begun, ['t1', 'u1', 't2']);
  });

  it('transfer, and encode sound, while others encode', async () => {
    const { begun, work } = heldWork();
    const stages = createStages({ encoders: 1, transfers: 1 });
    void stages.encode(turn, work('encode'));
    void stages.encodeAudio(turn, work('sound'));
    void stages.transfer(turn, work('transfer'));
    await settled();
    assert.deepEqual(begun, ['encode', 'sound', 'transfer']);
  });

  it('begin with the most urgent of those that wait', async () => {
    const { begun, work, end } = heldWork();
    const stages = createStages({ encoders: 1, transfers: 1 });
    void stages.encode(turn, work('first'));
    void stages.encode({ ...turn, priority: 10 }, work('late'));
    void stages.encode({ ...turn, priority: 90 }, work('urgent'));
    await settled();
    await end('first');
    assert.deepEqual(begun, ['first', 'urgent']);
  });

  it('give up on who is stopped while it waits', async () => {
    const { begun, work, end } = heldWork();
    const stages = createStages({ encoders: 1, transfers: 1 });
    const stopping = new AbortController();
    void stages.encode(turn, work('first'));
    const waiting = stages.encode({ priority: 50, signal: stopping.signal }, work('stopped'));
    stopping.abort(new Error('cancelled'));
    await assert.rejects(waiting, /cancelled/);
    await end('first');
    assert.deepEqual(begun, ['first']);
  });
});
