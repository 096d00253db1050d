import assert from 'node:assert/strict';
import { jpegSize } from '../../media/jpeg-size.js';

const START = [0xff, 0xd8];
const END = [0xff, 0xd9];
const segment = (marker: number, ...body: number[]): number[] => [0xff, marker, 0, body.length + 2, ...body];
const frame = (marker: number, width: number, height: number): number[] =>
  segment(marker, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0);
const jpeg = (...parts: number[][]): Buffer => Buffer.from([START, ...parts, END].flat());

const APP0 = segment(0xe0, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0);
const HUFFMAN = segment(0xc4, ...new Array<number>(19).fill(0));
const COMMENT_LIKE_A_FRAME = segment(0xfe, 0xff, 0xc0, 0, 8, 8, 0, 1, 0, 1);
const SCAN = segment(0xda, 1, 1, 0, 0, 63, 0);

describe('the size of a JPEG', () => {
  const whole: [title: string, bytes: Buffer, width: number, height: number][] = [
    ['baseline', jpeg(APP0, frame(0xc0, 320, 180), SCAN), 320, 180],
    ['extended sequential', jpeg(frame(0xc1, 16, 4096), SCAN), 16, 4096],
    ['progressive', jpeg(APP0, frame(0xc2, 1920, 1080), SCAN), 1920, 1080],
    ['lossless', jpeg(frame(0xc3, 300, 200), SCAN), 300, 200],
    ['Huffman tables before the frame', jpeg(HUFFMAN, frame(0xc0, 640, 360), SCAN), 640, 360],
    ['a comment that looks like a frame', jpeg(COMMENT_LIKE_A_FRAME, frame(0xc0, 33, 44), SCAN), 33, 44],
    ['sides over 255 pixels in both bytes', jpeg(frame(0xc0, 0x1234, 0x0567), SCAN), 0x1234, 0x0567],
  ];
  for (const [title, bytes, width, height] of whole) {
    it(`is read: ${title}`, () => assert.deepEqual(jpegSize(bytes), { width, height }));
  }

  const broken: [title: string, bytes: Buffer][] = [
    ['nothing at all', Buffer.alloc(0)],
    ['three bytes', Buffer.from([0xff, 0xd8, 0xff])],
    ['an empty picture', jpeg()],
    ['text', Buffer.from('<html><body>not found</body></html>')],
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['no frame before the scan', jpeg(APP0, SCAN)],
    ['a marker where none may stand', Buffer.from([...START, 0x00, 0xc0, ...frame(0xc0, 9, 9), ...END])],
    ['a segment longer than the picture', Buffer.from([...START, 0xff, 0xe0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, ...END])],
    ['zeros after the start', Buffer.from([...START, ...new Array<number>(40).fill(0), ...END])],
  ];
  for (const [title, bytes] of broken) {
    it(`is unknown: ${title}`, () => assert.equal(jpegSize(bytes), undefined));
  }

  it('is unknown wherever a picture is cut', () => {
    const bytes = jpeg(APP0, frame(0xc0, 320, 180), SCAN);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(jpegSize(bytes.subarray(0, length)), undefined, `cut at ${length}`);
    }
  });
});
