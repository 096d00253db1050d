import type { Size } from '../contracts/stream.js';

const START_OF_IMAGE = 0xffd8;
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Width and height out of a JPEG's start-of-frame segment; undefined where the bytes are no whole JPEG (ITU-T T.81). */
export function jpegSize(jpeg: Buffer): Size | undefined {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== START_OF_IMAGE || jpeg.readUInt16BE(jpeg.length - 2) !== 0xffd9)
    return undefined;
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg[at] !== 0xff) return undefined;
    if (isStartOfFrame(jpeg[at + 1] ?? 0))
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
  }
  return undefined;
}
