import assert from 'node:assert/strict';
import { redact } from '../../contracts/redact.js';
import { slowTextFor } from '../conventions/linear-time.js';
import { random } from './random.js';

/** What goes in, and what comes out. `S3CR3T` stands for every secret, so that no line can be written wrong unseen. */
const TABLE: [what: string, text: string, shown: string][] = [
  ['an RTMP key', 'rtmp://live.example/app/S3CR3T', 'rtmp://live.example/a***48d3'],
  ['a long RTMP key', 'rtmp://live.example/app/xxS3CR3Txx', 'rtmp://live.example/ap***a114'],
  ['an RTMP key with a final slash', 'rtmp://live.example/app/S3CR3T/', 'rtmp://live.example/a***48d3/'],
  ['an RTMP key as the only segment', 'rtmps://live.example/S3CR3T', 'rtmps://live.example/S***f077'],
  ['an RTMP key with parameters', 'rtmp://h:1935/app/S3CR3T?token=S3CR3T&x=1', 'rtmp://h:1935/a***48d3?***'],
  ['capitals', 'RTMP://H/app/S3CR3T', 'RTMP://H/a***48d3'],
  ['tunnelled RTMP', 'rtmpte://h/app/S3CR3T', 'rtmpte://h/a***48d3'],
  ['a known ingest', 'rtmp://a.rtmp.youtube.com/live2/ab12-S3CR3T-yz', 'rtmp://a.rtmp.youtube.com/li***f7a5'],
  ['RTSP credentials', 'rtsp://admin:S3CR3T@10.0.0.9:554/ch1', 'rtsp://***@10.0.0.9:554/***655b'],
  ['a password with @', 'rtsp://admin:p@S3CR3T@cam/', 'rtsp://***@cam/'],
  ['a password with /', 'rtsp://admin:p/S3CR3T@cam/', 'rtsp://***@cam/'],
  ['a password with # and ?', 'rtsp://admin:p#S3CR3T?@cam/', 'rtsp://***@cam/'],
  ['a user alone', 'https://S3CR3T@host/path', 'https://***@host/***991d'],
  ['credentials that were cut off', 'no route to rtsp://admin:S3CR3T', 'no route to rtsp://***'],
  ['SRT', 'srt://h:9000?streamid=publish:S3CR3T&passphrase=S3CR3T', 'srt://h:9000?***'],
  [
    'a signed S3 address',
    'https://b.s3.amazonaws.com/k.jpg?X-Amz-Credential=AK&X-Amz-Signature=S3CR3T',
    'https://b.s3.amazonaws.com/k***3ba2?***',
  ],
  ['a signed address without scheme', 'k.jpg?X-Amz-Signature=S3CR3T&x=1', 'k.jpg?X-Amz-Signature=***&x=1'],
  ['a fragment', 'https://h/p#access_token=S3CR3T', 'https://h/***a2bb#***'],
  ['broker credentials', 'kafka://user:S3CR3T@a:9092,b:9092', 'kafka://***@a:9092,b:9092'],
  ['store credentials', 's3://key:S3CR3T@bucket/prefix', 's3://***@bucket/prefix'],
  ['ffmpeg: refused', 'rtmp://h/live/S3CR3T: Connection refused', 'rtmp://h/li***3ae5: Connection refused'],
  ['ffmpeg: suggestion', 'Did you mean file:rtsp://u:S3CR3T@h/x?', 'Did you mean file:rtsp://***@h/***a703?***'],
  ['ffmpeg: quoted input', "Input #0, flv, from 'rtmp://h/live/S3CR3T':", "Input #0, flv, from 'rtmp://h/li***3ae5':"],
  ['two in one line', 'rtmp://h/a/S3CR3T rtmp://h/b/S3CR3T', 'rtmp://h/a***690b rtmp://h/b***9aca'],
  ['one behind the other', 's3://b/k,rtmp://h/a/S3CR3T', 's3://b/k,rtmp://h/a***690b'],
  ['one inside the other', 'http://proxy/rtmp://h/a/S3CR3T', 'http://proxy/rtmp://h/a***690b'],
  ['one glued to a word', 'url_rtmp://h/a/S3CR3T', 'url_rtmp://h/a***690b'],
  ['an AWS secret', 'AWS_SECRET_ACCESS_KEY=S3CR3T', 'AWS_SECRET_ACCESS_KEY=***'],
  ['an AWS session', 'AWS_SESSION_TOKEN=S3CR3T/+==', 'AWS_SESSION_TOKEN=***'],
  ['an AWS secret in camel case', '{"secretAccessKey":"S3CR3T"}', '{"secretAccessKey":"***"}'],
  ['a SASL password', 'KAFKA_SASL_PASSWORD=S3CR3T', 'KAFKA_SASL_PASSWORD=***'],
  ['an API key', 'TEMPORAL_API_KEY: S3CR3T', 'TEMPORAL_API_KEY: ***'],
  ['several API tokens', 'REELAY_API_TOKENS=S3CR3T,S3CR3T next', 'REELAY_API_TOKENS=*** next'],
  ['a quoted password with spaces', 'password = "my S3CR3T word" end', 'password = "***" end'],
  ['a password in JSON in JSON', '{"tail":["password=\\"S3CR3T\\""]}', '{"tail":["password=\\"***\\""]}'],
  ['a number for a password', '{"password":5123,"x":1}', '{"password":"***","x":1}'],
  ['a bearer header', 'Authorization: Bearer S3CR3T.S3CR3T', 'Authorization: ***'],
  ['a basic header', 'authorization: Basic S3CR3T==\r\nHost: h', 'authorization: ***\r\nHost: h'],
  ['a digest header', 'Authorization: Digest username="u", response="S3CR3T"', 'Authorization: ***'],
  ['a signed header', 'Authorization: AWS4-HMAC-SHA256 Credential=AK, Signature=S3CR3T', 'Authorization: ***'],
  ['a header argument', "-headers 'Authorization: Bearer S3CR3T' -i x", "-headers 'Authorization: ***' -i x"],
  ['a header in JSON', '{"authorization":"Bearer S3CR3T","x":1}', '{"authorization":"***","x":1}'],
  ['an API key header', 'x-api-key: S3CR3T', 'x-api-key: ***'],
  ['a cookie', 'Cookie: session=S3CR3T; theme=dark', 'Cookie: ***'],
  ['a bare bearer token', 'sent Bearer S3CR3T.S3CR3T to h', 'sent Bearer *** to h'],
  ['a stream key by name', 'stream_key=S3CR3T playpath=S3CR3T', 'stream_key=*** playpath=***'],
  ['the name of an application, which is a key to some', 'rtmp://h/S3CR3T/playpath', 'rtmp://h/S3***188a'],
  [
    'a path of a web address that holds a token',
    'https://cdn.example/token-S3CR3T/live.flv',
    'https://cdn.example/to***f2c4',
  ],
  ['a key that ends as a file', 'http://h/live/S3CR3T.flv', 'http://h/li***a5e3'],
];

const HARMLESS = [
  'source rtmp://host:1935/ answers',
  's3://frames/acme/frames/cam1/20261120T101112-abc/2026-11-20/10/1763633472000.jpg',
  'file:///srv/reelay/acme/latest/cam1.jpg',
  'http://[::1]:8233/',
  'kafka://a:9092,b:9092',
  'capture.everyMs: expected at least 100 ms, got 5',
  'ffmpeg exited with code 1: Invalid data found when processing input',
  'no bearer of bad news, no secret, no token',
];

describe('redact', () => {
  for (const [what, text, shown] of TABLE) {
    it(`hides ${what}`, () => {
      assert.match(text, /S3CR3T|5123/);
      assert.equal(redact(text), shown);
      assert.doesNotMatch(shown, /S3CR3T|5123/);
      assert.equal(redact(shown), shown, 'a second time');
    });
  }

  for (const text of HARMLESS) it(`leaves "${text}" alone`, () => assert.equal(redact(text), text));

  it('shows the beginning of a path, and a hash that tells two apart', () => {
    assert.equal(redact('rtmp://h/live/camera-7f3a'), 'rtmp://h/li***6135');
    assert.equal(redact('rtmp://h/live/camera-7f3b'), 'rtmp://h/li***65ec');
  });

  it('shows little of a short path', () => {
    assert.equal(redact('rtmp://h/camera'), 'rtmp://h/c***5e31');
    assert.equal(redact('rtmp://h/cam'), 'rtmp://h/***4047');
  });

  it('changes nothing the second time, whatever the text', () => {
    for (let seed = 1; seed <= 20_000; seed++) {
      const text = nonsense(seed);
      assert.equal(redact(redact(text)), redact(text), JSON.stringify(text));
    }
  });

  it('keeps JSON readable, whatever the text', () => {
    for (let seed = 1; seed <= 20_000; seed++) {
      const json = JSON.stringify({ command: nonsense(seed), tail: [nonsense(seed + 9000), nonsense(seed + 99_000)] });
      assert.doesNotThrow(() => JSON.parse(redact(json)) as unknown, json);
    }
  });

  it('takes linear time, whatever is repeated', () => {
    assert.equal(slowTextFor(redact, [...PIECES, ')', '\t', 'cookie', 'token=', 'rtmp://h/a', 'x="']), undefined);
  });
});

const PIECES = [
  ...['rtmp://', 'https://', 's3://', 'file://', 'h', 'user:pw', ':8080', '@', '/', '?', '#', '=', ':', ',', ';', ' '],
  ...['"', "'", '\\', '\\"', '\n', '{', '}', '[', ']', '|', '***', 'key', 'password', 'token', 'Signature', 'secret'],
  ...['Authorization: Bearer ', 'cookie=', 'abcdefgh', 'é', '.', '&', '-', '_', '1'],
];

function nonsense(seed: number): string {
  const { int } = random(seed);
  return Array.from({ length: int(1, 14) }, () => PIECES[int(0, PIECES.length - 1)]).join('');
}
