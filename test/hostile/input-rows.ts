import type { ErrorCode } from '../../contracts/errors.js';
import {
  endlessly,
  media,
  naming,
  redirectTo,
  say,
  sayAndLeave,
  status,
  type Answer,
  type Asked,
} from './hostile-server.js';

export interface InputRow {
  name: string;
  answer: Answer;
  code: ErrorCode;
}

const MAX = 'ffffffffffffffff';

const part = (range: string, ...headers: string[]): string =>
  status('206 Partial', `Content-Range: bytes ${range}`, 'Content-Length: 1', 'Connection: close', ...headers);

const ELSEWHERE = ['//AT/', 'http://2130706434:PORT/', 'http://0177.0.0.2:PORT/', 'http://[::ffff:7f00:2]:PORT/'];
const SCHEMES = ['http://169.254.169.254/latest/', 'https://AT/', 'rtmp://AT/', 'file:///etc/passwd', 'data:,x'];

export const ANSWERS: InputRow[] = [
  ...[...ELSEWHERE, ...SCHEMES].map((location): InputRow => ({
    name: `a redirect to ${location}`,
    answer: redirectTo(({ address, port }) => location.replace('AT', address).replace('PORT', String(port))),
    code: 'input-forbidden',
  })),
  { name: 'a redirect to itself', answer: redirectTo(() => '/again'), code: 'input-unsupported' },
  { name: 'a status of 000', answer: sayAndLeave(status('000 no')), code: 'input-unreachable' },
  { name: 'a status of 1000', answer: sayAndLeave(status('1000 no')), code: 'input-unreachable' },
  {
    name: 'a head without an end',
    answer: endlessly('HTTP/1.1 200 OK\r\n', 'x: y\r\n'.repeat(9999)),
    code: 'input-unreachable',
  },
  {
    name: 'two lengths',
    answer: sayAndLeave(status('200 OK', 'Content-Length: 5', 'Content-Length: 6')),
    code: 'input-unreachable',
  },
  {
    name: 'a body without a length and an end',
    answer: endlessly(status('200 OK'), Buffer.alloc(65_536)),
    code: 'input-unsupported',
  },
  {
    name: 'chunks without an end',
    answer: endlessly(status('200 OK', 'Transfer-Encoding: chunked'), `400\r\n${'x'.repeat(1024)}\r\n`.repeat(99)),
    code: 'input-unsupported',
  },
  {
    name: 'a chunk of 2^64 bytes',
    answer: sayAndLeave(status('200 OK', 'Transfer-Encoding: chunked'), `${MAX}\r\nx`),
    code: 'input-unreachable',
  },
  {
    name: 'an encoding that nobody asked for',
    answer: sayAndLeave(status('200 OK', 'Content-Encoding: gzip')),
    code: 'input-unsupported',
  },
  {
    name: 'a length of 2^63 bytes',
    answer: say(status('200 OK', 'Content-Length: 9223372036854775807')),
    code: 'input-too-large',
  },
  { name: 'a part of 10^30 bytes', answer: sayAndLeave(part(`0-0/1${'0'.repeat(30)}`), 'x'), code: 'input-too-large' },
  {
    name: 'a part of a number that is none',
    answer: endlessly(status('206 Partial', 'Content-Range: bytes 0-0/1e9'), 'x'.repeat(65_536)),
    code: 'input-unsupported',
  },
  { name: 'another part than was asked for', answer: sayAndLeave(part('5-5/10'), 'x'), code: 'input-changed' },
  {
    name: 'another version each time',
    answer: (socket, asked) => sayAndLeave(part('0-0/1', `ETag: "${Math.random()}"`), 'x')(socket, asked),
    code: 'input-changed',
  },
  { name: 'fewer bytes than are told', answer: sayAndLeave(part('0-0/10'), 'x'), code: 'input-changed' },
];

/** A playlist at one path, and a segment of a megabyte wherever else it is. */
const listing =
  (playlist: (asked: Asked) => string): Answer =>
  (socket, asked) => {
    const body = /m3u8/.test(asked.path) ? playlist(asked) : 'x'.repeat(2 ** 20);
    sayAndLeave(status('200 OK', `Content-Length: ${body.length}`, 'ETag: "1"', 'Connection: close'), body)(
      socket,
      asked,
    );
  };
const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
const ranged = (range: string): string => media('#EXTINF:2,', `#EXT-X-BYTERANGE:${range}`, 'a');

const LISTS: [name: string, playlist: (asked: Asked) => string, code: ErrorCode][] = [
  ['100,000 segments', () => media(times(100_000, () => '#EXTINF:2,\na')), 'playlist-forbidden'],
  [
    '500,000 lines',
    () =>
      media(
        times(500_000, () => '#'),
        '#EXTINF:2,',
        'a',
      ),
    'playlist-forbidden',
  ],
  [
    '20,000 variants',
    () => `#EXTM3U\n${times(20_000, () => '#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8')}\n`,
    'playlist-forbidden',
  ],
  [
    '2,000 variants with each 2,000 tracks of sound',
    () =>
      `#EXTM3U\n${times(2000, (at) => `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="${at}",URI="x"`)}\n${times(2000, () => '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\na.m3u8')}\n`,
    'playlist-forbidden',
  ],
  [
    'variants that are the playlist itself',
    ({ path }) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${path}\n`,
    'playlist-forbidden',
  ],
  ['the same megabyte 20,000 times', () => media(times(20_000, () => '#EXTINF:2,\na')), 'input-too-large'],
  ['a segment inside the network', ({ canary }) => naming(`http://${canary.address}/a`), 'input-forbidden'],
  [
    'a segment at a number inside the network',
    ({ canary }) => naming(`http://2130706434:${canary.port}/a`),
    'input-forbidden',
  ],
  [
    'first bytes inside the network',
    ({ canary }) => media(`#EXT-X-MAP:URI="http://${canary.address}/"`, '#EXTINF:2,', 'a'),
    'input-forbidden',
  ],
  [
    'variants inside the network',
    ({ canary }) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://${canary.address}/a\n`,
    'input-forbidden',
  ],
  [
    'a key of this machine',
    () => media('#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"', '#EXTINF:2,', 'a'),
    'input-unsupported',
  ],
  ['a list of files', () => naming('concat:/etc/passwd|/etc/passwd'), 'playlist-forbidden'],
  ['a range before the first byte', () => ranged('10@-5'), 'input-truncated'],
  ['a range of 2^63 bytes', () => ranged('9223372036854775807@9223372036854775807'), 'input-truncated'],
  ['a range of no number', () => ranged('x@y'), 'input-truncated'],
];

export const LISTINGS: InputRow[] = LISTS.map(([name, playlist, code]) => ({ name, answer: listing(playlist), code }));
