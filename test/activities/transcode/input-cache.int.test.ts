import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { createInputCache, type InputCache } from '../../../activities/transcode/input-cache.js';
import { openScratch, type Scratch } from '../../../activities/transcode/scratch.js';
import { fault, problemOf } from '../../../contracts/errors.js';
import type { InputVersion } from '../../../contracts/plan.js';
import { eventually } from '../../harness/eventually.js';

const URL = 's3://bucket/a.mov';
const BODY = Buffer.from('0123456789'.repeat(5));
const { signal } = new AbortController();
const WITHIN = { withinMs: 5000, what: 'room' };

describe('the inputs on a worker', () => {
  let folder: string;
  let scratch: Scratch;
  let cache: InputCache;
  let reads: number[];
  let read: (version: InputVersion, fromByte: number) => Readable;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reelay-inputs-'));
    scratch = await openScratch({ folder, maxBytes: 120 });
    reads = [];
    read = (_, fromByte) => Readable.from([BODY.subarray(fromByte)]);
    cache = createInputCache({
      scratch,
      maxBytes: 100,
      inputs: {
        inspect: async () => ({ sizeBytes: BODY.length, tag: 'v1' }),
        read: async (_, { version, fromByte }) => {
          reads.push(fromByte);
          return read(version, fromByte);
        },
      },
    });
  });
  afterEach(async () => {
    await scratch.close();
    await rm(folder, { recursive: true });
  });

  const sizeOfKept = (): number => {
    const [name = ''] = readdirSync(join(folder, 'inputs'));
    return statSync(join(folder, 'inputs', name)).size;
  };
  const kept = (): Promise<string[]> => readdir(join(folder, 'inputs'));

  it('are fetched anew by another run where nothing tells their version', async () => {
    const version = { sizeBytes: BODY.length, tag: '' };
    for (const runId of ['a', 'a', 'b']) (await cache.acquire({ url: URL, version, runId }, { signal })).release();
    assert.deepEqual(reads, [0, 0]);
  });

  it('are fetched once for all who work with them', async () => {
    const both = await Promise.all([cache.acquire({ url: URL }, { signal }), cache.acquire({ url: URL }, { signal })]);
    assert.deepEqual(reads, [0]);
    for (const { path } of both) assert.deepEqual(await readFile(path), BODY);
    for (const one of both) one.release();
    await cache.acquire({ url: URL }, { signal });
    assert.deepEqual(reads, [0]);
  });

  it('go on from where a transfer was cut', async () => {
    read = (_, fromByte) => {
      if (fromByte > 0) return Readable.from([BODY.subarray(fromByte)]);
      return Readable.from(
        (async function* () {
          yield BODY.subarray(0, 20);
          await eventually(() => (sizeOfKept() === 20 ? true : undefined), WITHIN);
          throw fault('input-unreachable', 'cut');
        })(),
      );
    };
    const { path } = await cache.acquire({ url: URL }, { signal });
    assert.deepEqual(reads, [0, 20]);
    assert.deepEqual(await readFile(path), BODY);
  });

  it('come one at a time from one origin, and side by side from several', async () => {
    read = () => new Readable({ read: () => undefined });
    const [small, version] = [
      { sizeBytes: 30, tag: 'a' },
      { sizeBytes: 30, tag: 'b' },
    ];
    const stopping = new AbortController();
    const fetches = [
      cache.acquire({ url: URL, version: small }, { signal: stopping.signal }),
      cache.acquire({ url: URL, version }, { signal: stopping.signal }),
      cache.acquire({ url: 'https://other.example/a', version }, { signal: stopping.signal }),
    ];
    const failed = Promise.allSettled(fetches);
    await eventually(() => (reads.length > 1 ? true : undefined), WITHIN);
    assert.equal(reads.length, 2);
    stopping.abort(new Error('enough'));
    await failed;
  });

  it('fail where they change while they are read', async () => {
    read = () => Readable.from([Buffer.concat([BODY, BODY])]);
    const changing = cache.acquire({ url: URL }, { signal });
    await assert.rejects(changing, (error) => problemOf(error)?.code === 'input-changed');
    await eventually(async () => ((await kept()).length === 0 ? true : undefined), WITHIN);
  });

  it('go, oldest first, when others need the room, but never while somebody holds them', async () => {
    const version = (tag: string): InputVersion => ({ sizeBytes: BODY.length, tag });
    const held = await cache.acquire({ url: URL, version: version('held') }, { signal });
    const idle = await cache.acquire({ url: URL, version: version('idle') }, { signal });
    idle.release();
    await cache.acquire({ url: URL, version: version('next') }, { signal });
    await eventually(async () => ((await kept()).length === 2 ? true : undefined), WITHIN);
    assert.deepEqual(await readFile(held.path), BODY);
  });

  it('are given up when nobody waits for them any more', async () => {
    read = () => new Readable({ read: () => undefined });
    const stopping = new AbortController();
    const waiting = cache.acquire({ url: URL }, { signal: stopping.signal });
    await eventually(() => (reads.length > 0 ? true : undefined), WITHIN);
    stopping.abort(new Error('cancelled'));
    await assert.rejects(waiting, /cancelled/);
    await eventually(async () => ((await kept()).length === 0 ? true : undefined), WITHIN);
    await scratch.reserve(120, { signal });
  });

  it('are whole for who asks within a moment of the one who gave up', async () => {
    for (let round = 0; round < 150; round += 1) {
      const version = { sizeBytes: BODY.length, tag: `round ${round}` };
      const stopping = new AbortController();
      const given = cache.acquire({ url: URL, version }, { signal: stopping.signal });
      if (round % 3 > 0) await setTimeout(0);
      stopping.abort(new Error('cancelled'));
      const again = cache.acquire({ url: URL, version }, { signal });
      await given.then(
        ({ release }) => {
          release();
        },
        () => undefined,
      );
      const { path, release } = await again;
      await setTimeout(1);
      assert.deepEqual(await readFile(path), BODY, `round ${round}`);
      release();
    }
  });

  it('are fetched anew after a fetch that failed', async () => {
    read = () => Readable.from([Buffer.concat([BODY, BODY])]);
    await assert.rejects(cache.acquire({ url: URL }, { signal }));
    read = (_, fromByte) => Readable.from([BODY.subarray(fromByte)]);
    const { path } = await cache.acquire({ url: URL }, { signal });
    assert.deepEqual(await readFile(path), BODY);
  });

  it('have room together with what is made of them, and end so one after the other', async () => {
    const version = (tag: string): InputVersion => ({ sizeBytes: BODY.length, tag });
    const work = async (tag: string, besideBytes: number): Promise<void> => {
      const reserved = await cache.reserve({ url: URL, version: version(tag), besideBytes }, { signal });
      assert.deepEqual(await readFile(await reserved.fetch({ signal })), BODY);
      reserved.release();
    };
    await Promise.all([work('a', 60), work('b', 60)]);
    await Promise.all(['c', 'c', 'c', 'c'].map((tag) => work(tag, 70)));
  });

  it('that trickle fail, and their room is free again', async () => {
    const slow = createInputCache({
      scratch,
      maxBytes: 100,
      leastRate: { bytesPerS: 1_000_000, overMs: 20 },
      inputs: {
        inspect: async () => ({ sizeBytes: BODY.length, tag: 'v1' }),
        read: async () =>
          Readable.from(
            (async function* () {
              for (const byte of BODY) {
                await setTimeout(5);
                yield Buffer.from([byte]);
              }
            })(),
          ),
      },
    });
    const trickling = slow.acquire({ url: URL }, { signal });
    await assert.rejects(trickling, (error) => problemOf(error)?.code === 'input-too-slow');
    await scratch.reserve(120, { signal });
  });

  it('are refused where they are larger than a worker takes', async () => {
    const large = cache.acquire({ url: URL, version: { sizeBytes: 101, tag: 'v1' } }, { signal });
    await assert.rejects(large, (error) => problemOf(error)?.code === 'input-too-large');
  });
});
