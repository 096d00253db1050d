import type { ErrorCode } from '../../contracts/errors.js';

export interface FileRow {
  name: string;
  bytes(canary: { address: string }): Buffer;
  /** None where it is taken all the same. */
  code?: ErrorCode;
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const box = (kind: string, body: Buffer, sizeBytes = body.length + 8): Buffer =>
  Buffer.concat([number32(sizeBytes), text(kind), body]);
/** With a size of 64 bits. */
const longBox = (kind: string, size: string, body = Buffer.alloc(64)): Buffer =>
  Buffer.concat([number32(1), text(kind), Buffer.from(size.padStart(16, '0'), 'hex'), body]);
const FTYP = box('ftyp', text('isom\0\0\0\0isom'));
const movie = (...rest: Buffer[]): Buffer => Buffer.concat([FTYP, ...rest]);
/** Boxes in boxes, each of which says that it goes on to the end. */
const nestedBoxes = (depth: number): Buffer =>
  Buffer.concat(Array.from({ length: depth }, (_, at) => Buffer.concat([number32((depth - at) * 8), text('moov')])));
const table = (kind: string, entries: number): Buffer =>
  box(
    'moov',
    box(
      'trak',
      box(
        'mdia',
        box('minf', box('stbl', box(kind, Buffer.concat([number32(0), number32(entries), Buffer.alloc(64)])))),
      ),
    ),
  );
const GIF_FRAME = Buffer.from('21f90400000000002c00000000010001000002024401 00'.replace(/ /g, ''), 'hex');

const TABLES: [kind: string, code: ErrorCode][] = [
  ['stts', 'input-damaged'],
  ['stsz', 'input-not-media'],
  ['stsc', 'input-not-media'],
  ['stco', 'input-damaged'],
  ['ctts', 'input-not-media'],
  ['stss', 'input-not-media'],
];

export const FILES: FileRow[] = [
  {
    name: 'a box that ends at the end of the file, and is the first',
    bytes: () => box('ftyp', text('isom'), 0),
    code: 'input-not-media',
  },
  { name: 'the first box alone', bytes: () => FTYP, code: 'input-truncated' },
  { name: 'a box of 2^64 bytes', bytes: () => movie(longBox('free', 'ffffffffffffffff')), code: 'input-truncated' },
  { name: 'a box of 2^63 bytes', bytes: () => movie(longBox('free', '7fffffffffffffff')), code: 'input-truncated' },
  { name: 'a box of 0 bytes, by 64 bits', bytes: () => movie(longBox('free', '0')), code: 'input-truncated' },
  {
    name: 'a box that is smaller than its head',
    bytes: () => movie(box('free', Buffer.alloc(64), 7)),
    code: 'input-truncated',
  },
  {
    name: 'an index of 1 GB that is not there',
    bytes: () => movie(box('moov', Buffer.alloc(64), 2 ** 30)),
    code: 'input-not-media',
  },
  {
    name: 'an index of 2^40 bytes that is not there',
    bytes: () => movie(longBox('moov', '10000000000')),
    code: 'input-not-media',
  },
  { name: 'boxes in boxes, 100,000 deep', bytes: () => movie(nestedBoxes(100_000)), code: 'input-not-media' },
  ...TABLES.map(([kind, code]): FileRow => ({
    name: `a table ${kind} of 2^32 rows`,
    bytes: () => movie(table(kind, 0xffffffff)),
    code,
  })),
  {
    name: 'an index that is elsewhere',
    bytes: ({ address }) =>
      movie(
        box(
          'moov',
          box(
            'rmra',
            box(
              'rmda',
              box('rdrf', Buffer.concat([number32(0), text('url '), number32(40), text(`http://${address}/x\0`)])),
            ),
          ),
        ),
      ),
    code: 'input-not-media',
  },
  {
    name: 'an archive',
    bytes: () => Buffer.concat([Buffer.from('504b0304140000000800', 'hex'), Buffer.alloc(4096)]),
    code: 'input-not-media',
  },
  {
    name: 'a drawing that names others',
    bytes: ({ address }) => text(`<svg xmlns="http://www.w3.org/2000/svg"><image href="http://${address}/"/></svg>`),
    code: 'input-not-media',
  },
  {
    name: 'a playlist that names others',
    bytes: ({ address }) => text(`#EXTM3U\n#EXTINF:2,\nhttp://${address}/\n#EXT-X-ENDLIST\n`),
    code: 'playlist-forbidden',
  },
  {
    name: 'a description of a stream',
    bytes: ({ address }) => text(`v=0\r\nc=IN IP4 ${address.split(':')[0]}\r\nm=video 9 RTP/AVP 96\r\n`),
    code: 'input-not-media',
  },
  {
    name: 'a manifest of DASH',
    bytes: ({ address }) =>
      text(
        `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>http://${address}/</BaseURL></MPD>`,
      ),
    code: 'input-not-media',
  },
  {
    name: 'a picture of 65535x65535',
    bytes: () =>
      Buffer.concat([
        Buffer.from('ffd8ffc0000b08ffffffff01011100ffda0008010100003f00', 'hex'),
        Buffer.alloc(4096),
        Buffer.from('ffd9', 'hex'),
      ]),
    code: 'input-not-media',
  },
  {
    name: 'a GIF of 65535x65535',
    bytes: () => Buffer.concat([text('GIF89a'), Buffer.from('ffffffff000000', 'hex'), GIF_FRAME, text(';')]),
    code: 'input-too-large',
  },
  {
    name: 'a GIF of 30,000 pictures',
    bytes: () =>
      Buffer.concat([
        text('GIF89a'),
        Buffer.from('10001000800000000000ffffff', 'hex'),
        ...Array<Buffer>(30_000).fill(GIF_FRAME),
        text(';'),
      ]),
  },
  {
    name: 'Matroska of 2^56 bytes',
    bytes: () =>
      Buffer.concat([
        Buffer.from('1a45dfa3874282846d6b7661', 'hex'),
        Buffer.from('1853806701fffffffffffffe', 'hex'),
        Buffer.from('1549a96601fffffffffffffe', 'hex'),
        Buffer.alloc(4096),
      ]),
    code: 'input-damaged',
  },
  {
    name: 'AVI of lists in lists',
    bytes: () =>
      Buffer.concat([
        text('RIFF\xff\xff\xff\xffAVI '),
        ...Array<Buffer>(10_000).fill(text('LIST\xff\xff\xff\x7fhdrl')),
      ]),
    code: 'input-not-media',
  },
  {
    name: 'sound with a tag of 256 MB',
    bytes: () => Buffer.concat([text('ID3\x04\0\0\x7f\x7f\x7f\x7f'), Buffer.alloc(4096)]),
    code: 'input-damaged',
  },
  {
    name: 'sound of 65535 channels',
    bytes: () =>
      Buffer.concat([
        text('RIFF\xff\xff\xff\xffWAVEfmt '),
        Buffer.from('100000000100ffff80bb0000ffffffffffff1000', 'hex'),
        text('data\xff\xff\xff\xff'),
        Buffer.alloc(4096),
      ]),
    code: 'input-damaged',
  },
  {
    name: 'FLV of objects in objects',
    bytes: () =>
      Buffer.concat([
        Buffer.from('464c56010500000009000000001207a12000000000000000', 'hex'),
        Buffer.from('02000a6f6e4d65746144617461', 'hex'),
        ...Array<Buffer>(100_000).fill(Buffer.from('03000161', 'hex')),
      ]),
    code: 'input-damaged',
  },
  { name: 'zeros', bytes: () => Buffer.alloc(2 ** 20), code: 'input-not-media' },
];
