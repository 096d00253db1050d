import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { openScratch, type Room, type Scratch, type SharedRoom } from '../../../activities/transcode/scratch.js';
import { problemOf } from '../../../contracts/errors.js';

const { signal } = new AbortController();

describe('a scratch folder', () => {
  let folder: string;
  let scratch: Scratch;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reelay-scratch-'));
    scratch = await openScratch({ folder, maxBytes: 100 });
  });
  afterEach(async () => {
    await scratch.close();
    await rm(folder, { recursive: true });
  });

  it('is of one worker alone', async () => {
    await assert.rejects(
      openScratch({ folder, maxBytes: 100 }),
      (error) => problemOf(error)?.code === 'scratch-unusable',
    );
  });

  it('removes what a killed worker has left, but chunks that are worth keeping', async () => {
    await scratch.close();
    await mkdir(join(folder, 'piece'));
    await mkdir(join(folder, 'kept', 'young'), { recursive: true });
    await mkdir(join(folder, 'kept', 'old'));
    await utimes(join(folder, 'kept', 'old'), 1, 1);
    await writeFile(join(folder, 'input'), 'half of it');
    scratch = await openScratch({ folder, maxBytes: 100 });
    const left = (await readdir(folder)).filter((name) => !name.endsWith('.sock'));
    assert.deepEqual(left, ['kept']);
    assert.deepEqual(await readdir(scratch.keptFolder), ['young']);
  });

  it('removes the folder of a piece whatever becomes of it', async () => {
    const failing = scratch.withFolder(async (own) => {
      await writeFile(join(own, 'chunk'), 'x');
      throw new Error('failed');
    });
    await assert.rejects(failing, /failed/);
    assert.deepEqual(await readdir(folder).then((names) => names.filter((name) => !/kept|sock/.test(name))), []);
  });

  it('gives room in the order of asking, and again what is given back', async () => {
    const given: string[] = [];
    const ask = (name: string, bytes: number) =>
      scratch.reserve(bytes, { signal }).then((room) => {
        given.push(name);
        return room;
      });
    const first = await ask('first', 80);
    const [large, small] = [ask('large', 90), ask('small', 10)];
    await scratch.reserve(0, { signal: AbortSignal.abort() }).catch(() => undefined);
    assert.deepEqual(given, ['first']);
    first.release();
    first.release();
    await Promise.all([large, small]);
    assert.deepEqual(given, ['first', 'large', 'small']);
  });

  it('asks who can give room back before it makes others wait', async () => {
    const idle = await scratch.reserve(60, { signal });
    let asked = 0;
    scratch.onWanted(() => {
      asked += 1;
      if (asked > 1) return false;
      idle.release();
      return true;
    });
    await scratch.reserve(80, { signal });
    assert.equal(asked, 1);
  });

  it('fails at once where there can never be so much room', async () => {
    await assert.rejects(scratch.reserve(101, { signal }), (error) => problemOf(error)?.code === 'scratch-full');
  });

  describe('with what is shared', () => {
    /** An input of so many bytes, which stays until it is evicted; nothing evicts it while it is in use. */
    function input(bytes: number) {
      const use = { isOver: false };
      let room: Room | undefined;
      const shared: SharedRoom = { bytes, isTaken: () => room !== undefined, use: (given) => (room ??= given) };
      const evict = (): boolean => {
        const given = use.isOver ? room : undefined;
        if (given) room = undefined;
        given?.release();
        return given !== undefined;
      };
      return { shared, use, evict };
    }

    it('takes its room once for all who use it', async () => {
      const { shared } = input(90);
      await Promise.all([scratch.reserve(5, { signal, shared }), scratch.reserve(5, { signal, shared })]);
    });

    it('gives both in one step, so that two who need most of it work one after the other', async () => {
      const [one, other] = [input(50), input(50)];
      scratch.onWanted(() => one.evict());
      const first = await scratch.reserve(45, { signal, shared: one.shared });
      const second = scratch.reserve(45, { signal, shared: other.shared });
      assert.equal(other.shared.isTaken(), false);
      one.use.isOver = true;
      first.release();
      await second;
      assert.equal(one.shared.isTaken(), false);
    });

    it('lets those go on whose share is there, before one who has to fetch it', async () => {
      const [one, other] = [input(60), input(60)];
      scratch.onWanted(() => one.evict());
      const entered: string[] = [];
      const note = (name: string) => (room: Room) => {
        entered.push(name);
        return room;
      };
      const first = await scratch.reserve(40, { signal, shared: one.shared });
      const fetching = scratch.reserve(40, { signal, shared: other.shared }).then(note('fetches'));
      const going = scratch.reserve(40, { signal, shared: one.shared }).then(note('goes on'));
      await scratch.reserve(0, { signal: AbortSignal.abort() }).catch(() => undefined);
      await setImmediate();
      first.release();
      const gone = await going;
      one.use.isOver = true;
      gone.release();
      await fetching;
      assert.deepEqual(entered, ['goes on', 'fetches']);
    });

    it('fails at once where both can never be there', async () => {
      const { shared } = input(60);
      const asked = scratch.reserve(41, { signal, shared });
      await assert.rejects(asked, (error) => problemOf(error)?.code === 'scratch-full');
    });
  });

  it('lets go of who is stopped while it waits, and serves the next', async () => {
    await scratch.reserve(60, { signal });
    const stopping = new AbortController();
    const stopped = scratch.reserve(90, { signal: stopping.signal });
    const next = scratch.reserve(40, { signal });
    stopping.abort(new Error('cancelled'));
    await assert.rejects(stopped, /cancelled/);
    await next;
  });
});
