import type { ErrorCode } from '../../contracts/errors.js';

export interface RequestRow {
  name: string;
  /** As it goes over the wire; `TOKEN` stands for one that is known. */
  request: Buffer;
  status: number;
  code?: ErrorCode;
}

const head = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n');
const AUTHORIZED = ['Authorization: Bearer TOKEN', 'Content-Type: application/json'];

const post = (url: string, body: string | Buffer, ...headers: string[]): Buffer => {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(head(`POST ${url}`, ...AUTHORIZED, `Content-Length: ${bytes.length}`, ...headers)),
    bytes,
  ]);
};
const saying = (...headers: string[]): Buffer =>
  Buffer.from(`${head('POST /hooks/play', ...AUTHORIZED, ...headers)}{}`);
const open = (line: string, ...headers: string[]): Buffer => Buffer.from(head(line, ...headers));

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const play = (field: string): Buffer => post('/hooks/play', `{${field}}`);
const task = (field: string): string =>
  `"request":{"taskId":"a","profile":"hls","input":"https://a.example/x",${field}}`;
const records = (...each: string[]): Buffer => post('/hooks/objects', `{"Records":[${each.join()}]}`);
const record = (bucket: string, key: string): string =>
  JSON.stringify({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key } } });
const payloads = (way: 'encode' | 'decode', each: string): Buffer => post(`/codec/${way}`, `{"payloads":[${each}]}`);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const BODIES: [name: string, request: Buffer, status: number, code?: ErrorCode][] = [
  ['an id of lists in lists, 100,000 deep', play(`"taskId":${deep(100_000)}`), 400, 'request-invalid'],
  ['a label of 3 MB', play(task(`"labels":{"${'a'.repeat(3_000_000)}":1}`)), 400, 'request-invalid'],
  [
    '100,000 fields that nobody knows',
    play(Array.from({ length: 100_000 }, (_, at) => `"x${at}":1`).join()),
    400,
    'request-invalid',
  ],
  ['a prototype', play('"taskId":"a","__proto__":{"tenant":"x"}'), 400],
  ['a constructor with a prototype', play('"taskId":"a","constructor":{"prototype":{"tenant":"x"}}'), 400],
  ['a number beyond all', play('"taskId":"a","atMs":1e999'), 400, 'request-invalid'],
  ['an id that is said twice', play('"taskId":"a","taskId":"../x"'), 400, 'task-id-invalid'],
  ['an id with a step up, escaped', play('"taskId":"%2e%2e%2fx"'), 400, 'task-id-invalid'],
  ['an id with a NUL', play('"taskId":"a\\u0000"'), 400, 'task-id-invalid'],
  ['an id with a line feed', play('"taskId":"a\\n"'), 400, 'task-id-invalid'],
  ['an id of another alphabet', play('"taskId":"ａ"'), 400, 'task-id-invalid'],
  ['an id of 10 kB', play(`"taskId":"${'a'.repeat(10_000)}"`), 400, 'task-id-invalid'],
  [
    'an id that is no UTF-8',
    post('/hooks/play', Buffer.from('{"taskId":"a\xff\xfe"}', 'latin1')),
    400,
    'task-id-invalid',
  ],
  ['a tenant with a step up', play('"taskId":"a","tenant":".."'), 400, 'stream-id-invalid'],
  ['outputs by a step up', play(task('"output":{"prefix":"../x"}')), 400, 'request-invalid'],
  ['a body that is packed', post('/hooks/play', Buffer.from('1f8b0800', 'hex'), 'Content-Encoding: gzip'), 400],
  ['records of lists in lists, 100,000 deep', records(deep(100_000)), 200],
  ['10,000 records of other buckets', records(...Array<string>(10_000).fill(record('other', 'in/x'))), 200],
  [
    'records of keys that are none',
    records(record('media', 'in/%'), record('media', ''), record('media', '%ud800'), '1', 'null'),
    200,
  ],
  ['payloads of no base64', payloads('decode', '{"data":"*"}'), 400, 'request-invalid'],
  ['500,000 payloads of nothing', payloads('decode', Array<string>(500_000).fill('{}').join()), 200],
  ['payloads of lists in lists', payloads('encode', deep(100_000)), 400, 'request-invalid'],
  [
    'a payload of a key that nobody has',
    payloads(
      'decode',
      `{"metadata":{"encoding":"${base64('binary/encrypted')}","encryption-key-id":"${base64('x')}"},"data":"${base64('x'.repeat(64))}"}`,
    ),
    500,
    'payload-key-unknown',
  ],
];

const HEADS: [name: string, request: Buffer, status: number, code?: ErrorCode][] = [
  ['a length of 10^15', saying('Content-Length: 1000000000000000'), 413],
  ['a length below 0', saying('Content-Length: -1'), 400],
  ['two lengths', saying('Content-Length: 2', 'Content-Length: 3'), 400],
  ['a length and chunks', saying('Content-Length: 2', 'Transfer-Encoding: chunked'), 400],
  ['chunks of no number', saying('Transfer-Encoding: chunked', '', 'zz'), 400],
  ['a head of 1 MB', saying(`X: ${'a'.repeat(1_000_000)}`), 431],
  ['a verb that is none', open('NONE /hooks/play'), 400],
  ['no token, by a step up from what needs none', open('POST /health/../hooks/play'), 401, 'token-missing'],
  ['no token, by an escaped address', open('GET /%68ealth'), 401, 'token-missing'],
  ['no token, by a longer address', open('GET //health'), 401, 'token-missing'],
  ['a token of 10 kB', open('POST /hooks/play', `Authorization: Bearer ${'a'.repeat(10_000)}`), 401, 'token-missing'],
  ['the beginning of a token', open('POST /hooks/play', 'Authorization: Bearer TOKE'), 401, 'token-missing'],
  ['a token of another scheme', open('POST /hooks/play', 'Authorization: Basic TOKEN'), 401, 'token-missing'],
];

export const REQUESTS: RequestRow[] = [...BODIES, ...HEADS].map(([name, request, status, code]) => ({
  name,
  request,
  status,
  ...(code ? { code } : {}),
}));
