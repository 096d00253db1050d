import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScratch, type Scratch } from '../../../activities/transcode/scratch.js';
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
