import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSpool, type Spool } from '../../../activities/capture/spool.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { frameAt, imageOf, SESSION, T0 } from './frames.js';

const IMAGES = [imageOf('frame'), imageOf('variant'), Buffer.alloc(0)];
const OTHER = { ...SESSION, streamId: 'dog' };

describe('the spool', () => {
  const folder = useTempFolder();
  const open = (maxBytes = 1_000_000): Promise<Spool> => openSpool({ folder: folder(), maxBytes });
  const files = (): string[] =>
    readdirSync(folder(), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:frame|tmp)/.test(name));

  it('gives back what was written, byte for byte', async () => {
    const spool = await open();
    const spooled = await spool.write(frameAt(T0, IMAGES), IMAGES);
    assert.deepEqual(await spool.read(spooled), IMAGES);
    assert.deepEqual(spooled.frame, frameAt(T0, IMAGES));
  });

  it('counts what it holds, until that is removed', async () => {
    const spool = await open();
    const first = await spool.write(frameAt(T0, IMAGES), IMAGES);
    const second = await spool.write(frameAt(T0 + 1000, IMAGES), IMAGES);
    assert.equal(spool.usedBytes, first.sizeBytes + second.sizeBytes);
    await spool.remove(first);
    await spool.remove(second);
    assert.equal(spool.usedBytes, 0);
    assert.deepEqual(files(), []);
  });

  it('has room up to its bound', async () => {
    const spool = await open(2000);
    assert.ok(spool.hasRoom(2000));
    assert.ok(!spool.hasRoom(2001));
    const image = Buffer.alloc(1000);
    const spooled = await spool.write(frameAt(T0, [image]), [image]);
    assert.ok(!spool.hasRoom(1000));
    await spool.remove(spooled);
    assert.ok(spool.hasRoom(2000));
  });

  it('finds what an earlier process left, oldest slot first, whatever the stream', async () => {
    const before = await open();
    for (const [slotMs, session] of [
      [T0 + 9000, SESSION],
      [T0 + 1000, OTHER],
      [T0 + 10_000, OTHER],
      [T0, SESSION],
    ] as const) {
      await before.write(frameAt(slotMs, IMAGES, session), IMAGES);
    }
    const spool = await open();
    assert.equal(spool.usedBytes, 0);
    const leftovers = await spool.leftovers();
    assert.deepEqual(
      leftovers.map(({ frame }) => frame.slotMs - T0),
      [0, 1000, 9000, 10_000],
    );
    assert.equal(spool.usedBytes, before.usedBytes);
    assert.deepEqual(await spool.read(leftovers[1]!), IMAGES);
    for (const leftover of leftovers) await spool.remove(leftover);
    assert.equal(spool.usedBytes, 0);
    assert.deepEqual(files(), []);
  });

  it('deletes files that were never finished and takes them for nothing', async () => {
    const before = await open();
    const spooled = await before.write(frameAt(T0, IMAGES), IMAGES);
    writeFileSync(`${spooled.path}.0a1b.tmp`, Buffer.from([0, 0]));
    writeFileSync(join(folder(), 'frames', 'x.frame.0a1b.tmp'), '');
    const leftovers = await (await open()).leftovers();
    assert.equal(leftovers.length, 1);
    assert.deepEqual(
      files().filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('replaces the file of a slot that is written again', async () => {
    const spool = await open();
    await spool.write(frameAt(T0, IMAGES), IMAGES);
    const again = [imageOf('again')];
    await spool.write(frameAt(T0, again), again);
    const [leftover, ...rest] = await (await open()).leftovers();
    assert.deepEqual([await spool.read(leftover!), rest], [again, []]);
  });

  it('has no leftovers where it is new', async () => assert.deepEqual(await (await open()).leftovers(), []));

  it('fails with spool-unusable where its folder is a file', async () => {
    writeFileSync(join(folder(), 'frames'), '');
    await assert.rejects(open(), failingWith('spool-unusable'));
  });

  it('fails with spool-unusable, and counts nothing, where a frame cannot be written', async () => {
    const spool = await open();
    mkdirSync(join(folder(), 'frames', SESSION.tenant));
    writeFileSync(join(folder(), 'frames', SESSION.tenant, SESSION.streamId), '');
    await assert.rejects(spool.write(frameAt(T0, IMAGES), IMAGES), failingWith('spool-unusable'));
    assert.equal(spool.usedBytes, 0);
  });

  it('removes what is gone already', async () => {
    const spool = await open();
    const spooled = await spool.write(frameAt(T0, IMAGES), IMAGES);
    chmodSync(spooled.path, 0o600);
    await spool.remove(spooled);
    assert.ok(!existsSync(spooled.path));
  });

  it('deletes files that a power cut has torn and goes on with the others', async () => {
    const before = await open();
    const spooled = await before.write(frameAt(T0, IMAGES), IMAGES);
    const bytes = readFileSync(spooled.path);
    const torn = [Buffer.alloc(0), Buffer.from([0, 0, 0, 9, 1]), bytes.subarray(0, 300), bytes.subarray(0, -1)];
    for (const [index, part] of torn.entries())
      writeFileSync(spooled.path.replace(String(T0), String(T0 - 1000 - index)), part);
    const spool = await open();
    const leftovers = await spool.leftovers();
    assert.deepEqual(
      leftovers.map(({ frame }) => frame.slotMs),
      [T0],
    );
    assert.equal(spool.usedBytes, spooled.sizeBytes);
    assert.equal(files().length, 1);
  });
});
