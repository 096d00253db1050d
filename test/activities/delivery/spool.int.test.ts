import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSpool, type Spool, type SpooledFrame } from '../../../activities/delivery/spool.js';
import { problemOf } from '../../../contracts/errors.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { allOf } from '../../port-suites/all-of.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { frameAt, imageOf, SESSION, T0 } from '../capture/frames.js';

const IMAGES = [imageOf('frame'), imageOf('variant'), Buffer.alloc(0)];
const OTHER = { ...SESSION, streamId: 'dog' };
const VERSION_AT = 3;

describe('the spool', () => {
  let spools: Spool[] = [];
  let told: unknown[] = [];
  const open = async (maxBytes = 1_000_000): Promise<Spool> => {
    const spool = await openSpool({ folder: folder(), maxBytes, onProblem: (error) => told.push(error) });
    spools.push(spool);
    return spool;
  };
  /** The process that wrote it ends, and the next one begins. */
  const reopen = async (spool: Spool): Promise<Spool> => {
    await spool.close();
    spools = spools.filter((each) => each !== spool);
    return open();
  };
  const files = (): string[] =>
    readdirSync(folder(), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:frame|tmp)/.test(name));
  const slotsOf = (leftovers: SpooledFrame[]): number[] => leftovers.map(({ frame }) => frame.slotMs - T0);

  beforeEach(() => {
    told = [];
  });
  afterEach(() => Promise.all(spools.splice(0).map((spool) => spool.close())));
  // After the hook above, which ends what still writes to it.
  const folder = useTempFolder();

  it('gives back what was written, byte for byte', async () => {
    const spool = await open();
    const spooled = await spool.write(frameAt(T0, IMAGES), IMAGES);
    assert.deepEqual(await spool.read(spooled), IMAGES);
    assert.deepEqual(spooled.frame, frameAt(T0, IMAGES));
  });

  it('keeps what a process that was killed has left apart from another picture of the same slot', async () => {
    const older = await (await open()).write(frameAt(T0, IMAGES), IMAGES);
    const spool = await reopen(spools[0]!);
    const newer = [imageOf('newer')];
    const written = await spool.write(frameAt(T0, newer), newer);
    assert.deepEqual(await spool.read(written), newer);
    assert.deepEqual(await spool.read(older), IMAGES);
    await spool.remove(written);
    assert.deepEqual(slotsOf(await allOf(spool.leftovers())), [0]);
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

  it('says how much has to go for what does not fit', async () => {
    const spool = await open(2000);
    assert.equal(spool.lackingBytes(2000), 0);
    assert.deepEqual(spool.lackingBytes(2001), Infinity);
    const image = Buffer.alloc(1000);
    const spooled = await spool.write(frameAt(T0, [image]), [image]);
    assert.equal(spool.lackingBytes(1000), spooled.sizeBytes - 1000);
    await spool.remove(spooled);
    assert.equal(spool.lackingBytes(2000), 0);
  });

  it('finds what an earlier process left, a stream after the other, oldest slot first', async () => {
    const before = await open();
    for (const [slotMs, session] of [
      [T0 + 9000, SESSION],
      [T0 + 1000, OTHER],
      [T0 + 10_000, OTHER],
      [T0, SESSION],
    ] as const) {
      await before.write(frameAt(slotMs, IMAGES, session), IMAGES);
    }
    const { usedBytes } = before;
    const spool = await reopen(before);
    assert.equal(spool.usedBytes, usedBytes, 'what was left counts from the start');
    const leftovers = await allOf(spool.leftovers());
    assert.deepEqual(slotsOf(leftovers), [0, 9000, 1000, 10_000]);
    assert.deepEqual(await spool.read(leftovers[1]!), IMAGES);
    for (const leftover of leftovers) await spool.remove(leftover);
    assert.equal(spool.usedBytes, 0);
    assert.deepEqual(files(), []);
  });

  it('takes none of its own frames for what was left', async () => {
    const spool = await reopen(await open());
    await spool.write(frameAt(T0, IMAGES), IMAGES);
    assert.deepEqual(await allOf(spool.leftovers()), []);
  });

  it('deletes files that an earlier process never finished', async () => {
    const before = await open();
    const { path } = await before.write(frameAt(T0, IMAGES), IMAGES);
    for (const name of [`${path}.0a1b.tmp`, join(folder(), 'frames', 'x.frame.0a1b.tmp')]) {
      writeFileSync(name, Buffer.from([0, 0]));
      utimesSync(name, 1, 1);
    }
    assert.equal((await allOf((await reopen(before)).leftovers())).length, 1);
    assert.equal(files().filter((name) => name.endsWith('.tmp')).length, 0);
  });

  it('keeps both pictures of a slot that is written again, of which the store takes the first', async () => {
    const spool = await open();
    await spool.write(frameAt(T0, IMAGES), IMAGES);
    const again = [imageOf('again')];
    await spool.write(frameAt(T0, again), again);
    const next = await reopen(spool);
    const leftovers = await allOf(next.leftovers());
    const sizes = await Promise.all(leftovers.map(async (each) => (await next.read(each)).length));
    assert.deepEqual(sizes.sort(), [again.length, IMAGES.length]);
  });

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

  it('keeps what holds no frame in quarantine, and goes on with the others', async () => {
    const before = await open();
    const { path, sizeBytes } = await before.write(frameAt(T0, IMAGES), IMAGES);
    const bytes = readFileSync(path);
    const torn = [Buffer.alloc(0), Buffer.from([0, 0, 0, 9, 1]), bytes.subarray(0, 300), bytes.subarray(0, -1)];
    for (const [index, part] of torn.entries()) writeFileSync(path.replace(String(T0), String(T0 - 1 - index)), part);
    const spool = await reopen(before);
    assert.deepEqual(slotsOf(await allOf(spool.leftovers())), [0]);
    assert.equal(spool.usedBytes, sizeBytes);
    assert.equal(readdirSync(join(folder(), 'quarantine')).length, torn.length);
    assert.deepEqual(
      told.map((error) => problemOf(error)?.code),
      torn.map(() => 'spool-corrupt'),
    );
  });

  it('leaves files of a later version alone and says how many there are', async () => {
    const before = await open();
    const { path } = await before.write(frameAt(T0, IMAGES), IMAGES);
    const bytes = readFileSync(path);
    bytes.writeUInt8(9, VERSION_AT);
    writeFileSync(path, bytes);
    assert.deepEqual(await allOf((await reopen(before)).leftovers()), []);
    assert.ok(existsSync(path));
    assert.deepEqual(
      told.map((error) => problemOf(error)?.code),
      ['spool-newer'],
    );
  });

  it('tells by its hash an image that was changed on disk', async () => {
    const spool = await open();
    const spooled = await spool.write(frameAt(T0, IMAGES), IMAGES);
    const bytes = readFileSync(spooled.path);
    bytes.writeUInt8(bytes.at(-1)! ^ 1, bytes.length - 1);
    writeFileSync(spooled.path, bytes);
    await assert.rejects(spool.read(spooled), failingWith('spool-corrupt'));
  });

  it('belongs to one worker at a time, and to the next one at once', async () => {
    const first = await open();
    await assert.rejects(open(), failingWith('spool-unusable'));
    await reopen(first);
  });

  it('is free at once when its worker was killed', async () => {
    const script = `import { openSpool } from ${JSON.stringify(new URL('../../../activities/delivery/spool.js', import.meta.url).href)};
      await openSpool({ folder: process.argv[1], maxBytes: 1e6 });
      console.log('open');
      setInterval(() => undefined, 1000);`;
    const child = execFile(process.execPath, ['--input-type=module', '-e', script, folder()]);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    await assert.rejects(open(), failingWith('spool-unusable'));
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    await open();
  });

  it('can be in a folder with a long path', async () => {
    const long = join(folder(), 'x'.repeat(120));
    const spool = await openSpool({ folder: long, maxBytes: 1e6 });
    spools.push(spool);
    await assert.rejects(openSpool({ folder: long, maxBytes: 1e6 }), failingWith('spool-unusable'));
  });
});
