/*
 * FLV as bytes: a header of 9, then each tag behind the size of the one before it. A tag has 11 bytes of head, of which
 * 1 to 3 are its size and 4 to 7 its time with the high byte last; then what it carries.
 */
const HEADER_BYTES = 13;
const TAG_HEAD_BYTES = 11;
const VIDEO = 9;
const SCRIPT = 18;

interface Tag {
  type: number;
  timeMs: number;
  /** Head, body and the size that follows. */
  bytes: Buffer;
}

/** Two streams in one, the second after the first in time, as when an encoder changes its picture under way. */
export function joinFlv(first: Buffer, second: Buffer): Buffer {
  const tags = [...tagsOf(first)];
  const fromMs = Math.max(...tags.map(({ timeMs }) => timeMs)) + 40;
  const later = [...tagsOf(second)].filter(({ type }) => type !== SCRIPT).map((tag) => shift(tag, fromMs));
  return Buffer.concat([first.subarray(0, HEADER_BYTES), ...tags.map(({ bytes }) => bytes), ...later]);
}

/** The same with another number where the video codec stands. */
export function withVideoCodec(flv: Buffer, codec: number): Buffer {
  const copy = Buffer.from(flv);
  for (const { type, bytes } of tagsOf(copy)) {
    if (type === VIDEO) bytes[TAG_HEAD_BYTES] = ((bytes[TAG_HEAD_BYTES] ?? 0) & 0xf0) | codec;
  }
  return copy;
}

/** What announces video without a picture: all tags but the video ones after the first, which is the decoder's setup. */
export function withoutPictures(flv: Buffer): Buffer {
  let isSetUp = false;
  const kept = [...tagsOf(flv)].filter(({ type }) => {
    const isWanted = type !== VIDEO || !isSetUp;
    isSetUp ||= type === VIDEO;
    return isWanted;
  });
  return Buffer.concat([flv.subarray(0, HEADER_BYTES), ...kept.map(({ bytes }) => bytes)]);
}

function* tagsOf(flv: Buffer): Generator<Tag> {
  for (let at = HEADER_BYTES; at + TAG_HEAD_BYTES < flv.length;) {
    const end = at + TAG_HEAD_BYTES + flv.readUIntBE(at + 1, 3) + 4;
    const timeMs = flv.readUIntBE(at + 4, 3) + (flv[at + 7] ?? 0) * 2 ** 24;
    yield { type: flv[at] ?? 0, timeMs, bytes: flv.subarray(at, end) };
    at = end;
  }
}

function shift({ timeMs, bytes }: Tag, byMs: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUIntBE((timeMs + byMs) % 2 ** 24, 4, 3);
  copy[7] = Math.floor((timeMs + byMs) / 2 ** 24);
  return copy;
}
