import assert from 'node:assert/strict';
import { redact } from '../../contracts/redact.js';
import { random } from './random.js';

/** What goes in, and what comes out. `S3CR3T` stands for every secret, so that no line can be written wrong unseen. */
const TABLE: [what: string, text: string, shown: string][] = [
  ['an RTMP key', 'rtmp://live.example/app/S3CR3T', 'rtmp://live.example/app/***'],
  ['a long RTMP key', 'rtmp://live.example/app/xxS3CR3Txx', 'rtmp://live.example/app/xx***xx'],
  ['an RTMP key with a final slash', 'rtmp://live.example/app/S3CR3T/', 'rtmp://live.example/app/***/'],
  ['an RTMP key as the only segment', 'rtmps://live.example/S3CR3T', 'rtmps://live.example/***'],
  ['an RTMP key with parameters', 'rtmp://h:1935/app/S3CR3T?token=S3CR3T&x=1', 'rtmp://h:1935/app/***?***'],
  ['capitals', 'RTMP://H/app/S3CR3T', 'RTMP://H/app/***'],
  ['tunnelled RTMP', 'rtmpte://h/app/S3CR3T', 'rtmpte://h/app/***'],
  ['a known ingest', 'rtmp://a.rtmp.youtube.com/live2/ab12-S3CR3T-yz', 'rtmp://a.rtmp.youtube.com/live2/ab***yz'],
  ['RTSP credentials', 'rtsp://admin:S3CR3T@10.0.0.9:554/ch1', 'rtsp://***@10.0.0.9:554/***'],
  ['a password with @', 'rtsp://admin:p@S3CR3T@cam/', 'rtsp://***@cam/'],
  ['a password with /', 'rtsp://admin:p/S3CR3T@cam/', 'rtsp://***@cam/'],
  ['a password with # and ?', 'rtsp://admin:p#S3CR3T?@cam/', 'rtsp://***@cam/'],
  ['a user alone', 'https://S3CR3T@host/path', 'https://***@host/path'],
  ['credentials that were cut off', 'no route to rtsp://admin:S3CR3T', 'no route to rtsp://***'],
  ['SRT', 'srt://h:9000?streamid=publish:S3CR3T&passphrase=S3CR3T', 'srt://h:9000?***'],
  [
    'a signed S3 address',
    'https://b.s3.amazonaws.com/k.jpg?X-Amz-Credential=AK&X-Amz-Signature=S3CR3T',
    'https://b.s3.amazonaws.com/k.jpg?***',
  ],
  ['a signed address without scheme', 'k.jpg?X-Amz-Signature=S3CR3T&x=1', 'k.jpg?X-Amz-Signature=***&x=1'],
  ['a fragment', 'https://h/p#access_token=S3CR3T', 'https://h/p#***'],
  ['broker credentials', 'kafka://user:S3CR3T@a:9092,b:9092', 'kafka://***@a:9092,b:9092'],
  ['store credentials', 's3://key:S3CR3T@bucket/prefix', 's3://***@bucket/prefix'],
  ['ffmpeg: refused', 'rtmp://h/live/S3CR3T: Connection refused', 'rtmp://h/live/***: Connection refused'],
  ['ffmpeg: suggestion', 'Did you mean file:rtsp://u:S3CR3T@h/x?', 'Did you mean file:rtsp://***@h/***?***'],
  ['ffmpeg: quoted input', "Input #0, flv, from 'rtmp://h/live/S3CR3T':", "Input #0, flv, from 'rtmp://h/live/***':"],
  ['two in one line', 'rtmp://h/a/S3CR3T rtmp://h/b/S3CR3T', 'rtmp://h/a/*** rtmp://h/b/***'],
  ['one behind the other', 's3://b/k,rtmp://h/a/S3CR3T', 's3://b/k,rtmp://h/a/***'],
  ['one inside the other', 'http://proxy/rtmp://h/a/S3CR3T', 'http://proxy/rtmp://h/a/***'],
  ['one glued to a word', 'url_rtmp://h/a/S3CR3T', 'url_rtmp://h/a/***'],
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
];

const HARMLESS = [
  'source rtmp://host:1935/ answers',
  's3://frames/acme/frames/cam1/20261120T101112-abc/2026-11-20/10/1763633472000.jpg',
  'file:///srv/reelay/acme/latest/cam1.jpg',
  'http://127.0.0.1:8233/namespaces/default/workflows',
  'http://[::1]:8233/health',
  'https://host/@user/page',
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

  it('shows the ends of a long key, so that two streams can be told apart', () => {
    assert.equal(redact('rtmp://h/live/camera-7f3a'), 'rtmp://h/live/ca***3a');
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

  it('takes linear time on long lines', () => {
    for (const text of [
      'a'.repeat(300_000),
      'rtmp://' + 'a'.repeat(300_000),
      'token'.repeat(60_000),
      'a:'.repeat(150_000),
    ]) {
      const startedAt = performance.now();
      redact(text);
      assert.ok(performance.now() - startedAt < 2000, text.slice(0, 20));
    }
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
