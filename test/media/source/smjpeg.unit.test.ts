import assert from 'node:assert/strict';
import { createSmjpegReader, type TimedJpeg } from '../../../media/source/smjpeg.js';
import { random } from '../../contracts/random.js';

const HEAD = Buffer.concat([
  Buffer.from('\0\nSMJPEG'),
  Buffer.from([0, 0, 0, 0, 0, 0, 0x13, 0x88]),
  Buffer.from('_VIDxxxxHEND', 'latin1'),
]);

function chunk({ ptsMs, jpeg }: TimedJpeg): Buffer {
  const head = Buffer.alloc(12);
  head.write('vidD');
  head.writeUInt32BE(ptsMs, 4);
  head.writeUInt32BE(jpeg.length, 8);
  return Buffer.concat([head, jpeg]);
}

const MAX_BYTES = 32 * 1024 * 1024;

/** The third has the end of the head, and a chunk's name, among its bytes. */
const PICTURES: TimedJpeg[] = [
  { ptsMs: 0, jpeg: Buffer.from([1, 2, 3]) },
  { ptsMs: 40, jpeg: Buffer.alloc(0) },
  { ptsMs: 3_600_000, jpeg: Buffer.from('HENDvidD....') },
  { ptsMs: 0xffff_ffff, jpeg: Buffer.alloc(300, 7) },
];
const STREAM = Buffer.concat([HEAD, ...PICTURES.map(chunk)]);

function read(pieces: Iterable<Buffer>): TimedJpeg[] {
  const pictures: TimedJpeg[] = [];
  const reader = createSmjpegReader((picture) => pictures.push(picture));
  for (const piece of pieces) reader(piece);
  return pictures;
}

describe('an SMJPEG stream', () => {
  it('gives its pictures out of one piece', () => assert.deepEqual(read([STREAM]), PICTURES));

  it('gives the same pictures wherever it is cut in two', () => {
    for (let at = 0; at <= STREAM.length; at++) {
      assert.deepEqual(read([STREAM.subarray(0, at), STREAM.subarray(at)]), PICTURES, `cut at ${at}`);
    }
  });

  it('gives the same pictures byte by byte', () => {
    assert.deepEqual(read([...STREAM].map((byte) => Buffer.from([byte]))), PICTURES);
  });

  it('gives the same pictures out of random pieces', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { int } = random(seed);
      const pieces: Buffer[] = [];
      for (let at = 0; at < STREAM.length;) pieces.push(STREAM.subarray(at, (at += int(0, 60))));
      assert.deepEqual(read(pieces), PICTURES, `seed ${seed}`);
    }
  });

  it('gives a picture as soon as its last byte is there', () => {
    const [first] = PICTURES;
    const pieces = Buffer.concat([HEAD, chunk(first!)]);
    assert.deepEqual(read([pieces.subarray(0, -1)]), []);
    assert.deepEqual(read([pieces]), [first]);
  });

  it('keeps a picture apart from the memory that it came in', () => {
    const stream = Buffer.from(STREAM);
    const pictures = read([stream]);
    stream.fill(0);
    assert.deepEqual(pictures, PICTURES);
  });

  it('gives nothing before its head has ended', () => {
    assert.deepEqual(read([chunk(PICTURES[0]!), chunk(PICTURES[3]!)]), []);
  });

  it('gives an empty picture for one that is larger than any may be, and all that come after it', () => {
    const large = chunk({ ptsMs: 80, jpeg: Buffer.alloc(MAX_BYTES + 1) });
    const stream = Buffer.concat([HEAD, chunk(PICTURES[0]!), large, large, chunk(PICTURES[3]!)]);
    const dropped = { ptsMs: 80, jpeg: Buffer.alloc(0) };
    const expected = [PICTURES[0], dropped, dropped, PICTURES[3]];
    assert.deepEqual(read([stream]), expected);
    for (const at of [HEAD.length + 20, HEAD.length + 1000, HEAD.length + MAX_BYTES + 50, stream.length - 5])
      assert.deepEqual(read([stream.subarray(0, at), stream.subarray(at)]), expected, `cut at ${at}`);
  });

  it('holds none of it, however large it says that it is', () => {
    const head = chunk({ ptsMs: 0, jpeg: Buffer.alloc(0) });
    head.writeUInt32BE(0xffff_ffff, 8);
    assert.deepEqual(read([HEAD, head, Buffer.alloc(1000), Buffer.alloc(1000)]), [{ ptsMs: 0, jpeg: Buffer.alloc(0) }]);
  });

  it('waits for the largest that may be', () => {
    const head = chunk({ ptsMs: 0, jpeg: Buffer.alloc(0) });
    head.writeUInt32BE(MAX_BYTES, 8);
    assert.deepEqual(read([HEAD, head]), []);
  });
});
