import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../contracts/errors.js';
import {
  endlessly,
  media,
  naming,
  OK,
  redirectTo,
  say,
  sayAndLeave,
  site,
  slowly,
  status,
  type SourceRow,
} from './hostile-server.js';

export const ADDRESSES: SourceRow[] = [
  'http://2130706434:PORT/x.flv',
  'http://0177.0.0.2:PORT/x.flv',
  'http://0x7f000002:PORT/x.flv',
  'http://127.2:PORT/x.flv',
  'http://[::ffff:7f00:2]:PORT/x.flv',
  'http://１２７。0.0.2:PORT/x.flv',
  'http://AT@127.0.0.2:PORT/x.flv',
  'http://127.0.0.2.:PORT/x.flv',
  'http://inside.example:PORT/x.flv',
  'http://169.254.169.254/latest/meta-data/',
  'https://[::ffff:7f00:2]:PORT/live.m3u8',
  'rtmp://2130706434:PORT/live/key',
  'rtmp://0177.0.0.2:PORT/live/key',
  'rtmp://0x7f.2:PORT/live/key',
  'rtmp://[::ffff:7f00:2]:PORT/live/key',
  'rtmp://inside.example:PORT/live/key',
  'rtmps://127.0.0.2:PORT/live/key',
  'rtsp://[::ffff:127.0.0.2]:PORT/live',
  'rtsp://inside.example:PORT/live',
].map((url) => ({ name: `the address ${url}`, url, code: 'source-address-forbidden' }));

const LOCATIONS: [location: string, code: ErrorCode][] = [
  ['//127.0.0.2:PORT/', 'source-address-forbidden'],
  ['http://2130706434:PORT/', 'source-address-forbidden'],
  ['http://0177.0.0.2:PORT/', 'source-address-forbidden'],
  ['http://[::ffff:7f00:2]:PORT/', 'source-address-forbidden'],
  ['http://169.254.169.254/latest/', 'source-address-forbidden'],
  ['http://inside.example:PORT/', 'source-address-forbidden'],
  ['https://127.0.0.2:PORT/', 'source-address-forbidden'],
  ['rtmp://127.0.0.2:PORT/live/key', 'source-address-forbidden'],
  ['tcp://127.0.0.2:PORT', 'source-address-forbidden'],
  ['file:///etc/passwd', 'source-address-forbidden'],
  ['data:video/x-flv;base64,RkxW', 'source-address-forbidden'],
  ['/again', 'source-unreachable'],
  [`/${'a'.repeat(15_000)}`, 'source-not-found'],
];

export const REDIRECTS: SourceRow[] = LOCATIONS.map(([location, code]) => ({
  name: `a redirect to ${location.slice(0, 40)}`,
  answer: redirectTo(({ port }) => location.replace('PORT', String(port))),
  code,
}));

export const HEADS: SourceRow[] = [
  { name: 'a status of 000', answer: sayAndLeave(status('000 no')), code: 'source-unreachable' },
  { name: 'a status of 099', answer: sayAndLeave(status('099 no'), 'body'), code: 'source-unreachable' },
  { name: 'a status of 1000', answer: sayAndLeave(status('1000 no')), code: 'source-unreachable' },
  {
    name: 'an upgrade that nobody asked for',
    answer: say(status('101 Switching', 'Connection: upgrade', 'Upgrade: x')),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'a head without an end',
    answer: endlessly('HTTP/1.1 200 OK\r\n', 'x: y\r\n'.repeat(9999)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'a line of a head without an end',
    answer: endlessly('HTTP/1.1 200 OK\r\nx: ', Buffer.alloc(65_536, 97)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'a head that comes byte by byte',
    answer: slowly('HTTP/1.1 200 OK\r\nx: ', 'y'),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'answers to be continued without an end',
    answer: endlessly('', status('100 Continue').repeat(999)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'two lengths',
    answer: sayAndLeave(status('200 OK', 'Content-Length: 5', 'Content-Length: 6'), 'FLV..'),
    code: 'source-unreachable',
  },
  {
    name: 'a length below 0',
    answer: sayAndLeave(status('200 OK', 'Content-Length: -1'), 'FLV'),
    code: 'source-unreachable',
  },
  {
    name: 'a length of which nothing comes',
    answer: say(status('200 OK', 'Content-Length: 99999999999')),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'chunks of no number',
    answer: sayAndLeave(status('200 OK', 'Transfer-Encoding: chunked'), 'zz\r\nFLV\r\n'),
    code: 'source-unreachable',
  },
  {
    name: 'a chunk of 2^64 bytes',
    answer: sayAndLeave(status('200 OK', 'Transfer-Encoding: chunked'), 'ffffffffffffffff\r\nFLV'),
    code: 'source-unreachable',
  },
  {
    name: 'a chunk that ends early',
    answer: sayAndLeave(status('200 OK', 'Transfer-Encoding: chunked'), 'ffff\r\nFLV'),
    code: 'source-unreachable',
  },
  {
    name: 'an encoding that nobody asked for, of 1,000 times its size',
    answer: sayAndLeave(OK.replace('OK', 'OK\r\nContent-Encoding: gzip'), gzipSync(Buffer.alloc(64 * 2 ** 20))),
    code: 'source-not-media',
  },
  { name: 'zeros without an end', answer: endlessly(OK, Buffer.alloc(65_536)), code: 'source-not-media' },
];

export const PLAYLISTS: SourceRow[] = [
  {
    name: '100,000 segments that are not there',
    answer: site(({ path }) => media(...Array<string>(100_000).fill(`#EXTINF:2,\n${path}.m3u8`))),
    code: 'source-not-media',
  },
  {
    name: '100,000 variants',
    answer: site(({ path }) => `#EXTM3U\n${`#EXT-X-STREAM-INF:BANDWIDTH=1\n${path}\n`.repeat(100_000)}`),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'variants that are the playlist itself',
    answer: site(({ path }) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${path}\n`),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'a playlist whose beginning comes in two pieces, without an end',
    answer: (socket, asked) => {
      socket.write(`${OK}#EXT`);
      setTimeout(() => endlessly('M3U\n', `${'#'.repeat(99)}\n`.repeat(9999))(socket, asked), 100);
    },
    code: 'source-unreachable',
  },
  {
    name: 'a line without an end',
    answer: endlessly(`${OK}#EXTM3U\n`, Buffer.alloc(65_536, 97)),
    isEndless: true,
    code: 'source-unreachable',
  },
  {
    name: 'a key of this machine',
    answer: site(() => media('#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"', '#EXTINF:2,', 'a.ts')),
    code: 'source-not-media',
  },
  {
    name: 'first bytes inside the network',
    answer: site(({ canary }) => media(`#EXT-X-MAP:URI="http://${canary.address}/"`, '#EXTINF:2,', 'a.ts')),
    code: 'source-address-forbidden',
  },
  {
    name: 'sound inside the network',
    answer: site(
      ({ canary }) =>
        `#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="http://${canary.address}/a.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\nhttp://${canary.address}/v.m3u8\n`,
    ),
    code: 'source-address-forbidden',
  },
  {
    name: 'a list of files',
    answer: site(({ canary }) => naming(`concat:http://${canary.address}/a|/etc/passwd`)),
    code: 'source-not-media',
  },
  {
    name: 'a part of a file',
    answer: site(() => naming('subfile,,start,0,end,99,,:/etc/passwd')),
    code: 'source-not-media',
  },
  { name: 'its data', answer: site(() => naming('data:video/mp2t;base64,R0AR')), code: 'source-not-media' },
  {
    name: 'a segment of minus 10^308 seconds',
    answer: site(() => media('#EXTINF:-1e308,', 'a.txt')),
    code: 'source-not-media',
  },
  {
    name: 'a range of 2^63 bytes',
    answer: site(() => media('#EXTINF:2,', '#EXT-X-BYTERANGE:9223372036854775807@9223372036854775807', 'a.txt')),
    code: 'source-not-media',
  },
  {
    name: 'no segment, to be asked for again at once',
    answer: site(() => '#EXTM3U\n#EXT-X-TARGETDURATION:0\n'),
    code: 'source-no-video',
  },
];
