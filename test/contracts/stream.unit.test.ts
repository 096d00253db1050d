import assert from 'node:assert/strict';
import { problemOf, type ErrorCode } from '../../contracts/errors.js';
import { isSameStream, parseStreamRequest, streamRequestSchema } from '../../contracts/stream.js';
import { slowTextFor } from '../conventions/linear-time.js';

const url = 'rtmp://live.example/app/key';
const request = { streamId: 'cam1', source: { url }, capture: { everyMs: 1000 } };
const capture = (fields: object) => ({ ...request, capture: { everyMs: 1000, ...fields } });
const from = (source: unknown) => ({ ...request, source: { url: source } });
const size = (width: unknown, height: unknown = 360) => capture({ sizes: [{ width, height }] });

describe('a stream request', () => {
  it('is complete with an id, a source and a rate; all else has a default', () => {
    assert.deepEqual(parseStreamRequest(request), {
      streamId: 'cam1',
      tenant: 'default',
      source: { url, stallMs: 10_000, reconnectWindowMs: 60_000 },
      capture: { everyMs: 1000, sizes: [], quality: 80 },
      segmentMs: 14_400_000,
    });
  });

  it('is the same as one of another order, or of a release that knew fewer defaults', () => {
    const settings = parseStreamRequest(capture({ everyMs: { calm: 5000, wild: 100 }, risk: 'wild' }));
    const turned = parseStreamRequest(capture({ risk: 'wild', everyMs: { wild: 100, calm: 5000 } }));
    assert.equal(isSameStream(settings, turned), true);
    const { segmentMs: _, ...older } = settings;
    assert.equal(isSameStream(settings, older as typeof settings), true);
    assert.equal(isSameStream(settings, parseStreamRequest(capture({ quality: 81 }))), false);
    assert.equal(isSameStream(settings, { ...settings, segmentMs: 5000 }), false);
  });

  it('reads its own answer without change', () => {
    const settings = parseStreamRequest(size(640));
    assert.deepEqual(parseStreamRequest(settings), settings);
    assert.deepEqual(streamRequestSchema.parse(JSON.parse(JSON.stringify(settings))), settings);
  });

  for (const [what, good] of [
    ['the shortest interval', capture({ everyMs: 100 })],
    ['the longest interval', capture({ everyMs: 3_600_000 })],
    ['a rate for each level', capture({ everyMs: { calm: 5000, wild: 100 }, risk: 'wild' })],
    ['a level of the default rates', { ...request, capture: { risk: 'critical' } }],
    ['an interval and a level', capture({ risk: 'high' })],
    ['the smallest and the largest size', capture({ sizes: [{ width: 16, height: 4096 }] })],
    ['a source with port, credentials and query', from('rtsp://u:p@cam:554/ch?x=1')],
    ['a source with an IPv6 host', from('rtmp://[2001:db8::1]/app/key')],
    ['a file', from('file:///srv/clip.mp4')],
    ['the longest id', { ...request, streamId: 'x'.repeat(100) }],
  ] as const) {
    it(`takes ${what}`, () => assert.doesNotThrow(() => parseStreamRequest(good)));
  }
});

describe('a bad stream request', () => {
  const cases: [what: string, input: unknown, code: ErrorCode, says: RegExp][] = [
    ['no object', null, 'request-invalid', /expected object, received null/],
    ['a list', [], 'request-invalid', /expected object, received array/],
    ['no source', { ...request, source: undefined }, 'request-invalid', /^source: .*expected object/],
    ['an unknown field', { ...request, rate: 5 }, 'request-invalid', /expected no fields but streamId, .*, got rate$/],
    [
      'an unknown capture field',
      capture({ fps: 5 }),
      'request-invalid',
      /^capture: expected no fields but .*, got fps$/,
    ],
    ['neither rate nor level', { ...request, capture: {} }, 'request-invalid', /needs an interval .* or a risk level/],
    ['no such quality', capture({ quality: 101 }), 'request-invalid', /^capture.quality: .*<=100, got 101$/],
    ['a short segment', { ...request, segmentMs: 10 }, 'request-invalid', /^segmentMs: .*>=5000, got 10$/],

    [
      'an id with a slash',
      { ...request, streamId: 'a/b' },
      'stream-id-invalid',
      /expected 1 to 100 letters.*got "a\/b"/,
    ],
    ['an id with control characters', { ...request, streamId: 'a\u0007' }, 'stream-id-invalid', /got "a\\u0007"/],
    ['an id with a line end', { ...request, streamId: 'a\n' }, 'stream-id-invalid', /got "a\\n"/],
    ['an empty id', { ...request, streamId: '' }, 'stream-id-invalid', /expected 1 to 100 letters.*got ""/],
    ['an id of 101 characters', { ...request, streamId: 'x'.repeat(101) }, 'stream-id-invalid', /expected 1 to 100/],
    ['no id', { ...request, streamId: undefined }, 'stream-id-invalid', /expected string.*got nothing/],
    ['a tenant that climbs', { ...request, tenant: '..' }, 'stream-id-invalid', /^tenant: expected .*got "\.\."/],

    ['interval 0', capture({ everyMs: 0 }), 'interval-out-of-range', /expected at least 100 ms, got 0$/],
    ['interval 99', capture({ everyMs: 99 }), 'interval-out-of-range', /expected at least 100 ms, got 99$/],
    ['interval 3600001', capture({ everyMs: 3_600_001 }), 'interval-out-of-range', /at most 3600000 ms, got 3600001$/],
    ['interval 1.5', capture({ everyMs: 1.5 }), 'interval-out-of-range', /expected a whole number.*got 1\.5$/],
    ['interval "1s"', capture({ everyMs: '1s' }), 'interval-out-of-range', /expected a whole number.*got "1s"$/],
    ['interval NaN', capture({ everyMs: NaN }), 'interval-out-of-range', /expected a whole number.*got NaN$/],
    ['interval Infinity', capture({ everyMs: Infinity }), 'interval-out-of-range', /expected .*got Infinity$/],
    [
      'an interval of one level',
      capture({ everyMs: { low: 5 } }),
      'interval-out-of-range',
      /everyMs\.low: .*100 ms, got 5$/,
    ],
    ['no level at all', capture({ everyMs: {} }), 'interval-out-of-range', /at least one risk level, got \{\}$/],

    ['size 0', size(0), 'size-out-of-range', /width: expected 16 to 4096 pixels a side, got 0$/],
    ['size 100000', size(640, 100_000), 'size-out-of-range', /height: expected 16 to 4096 .*got 100000$/],
    ['half a pixel', size(640.5), 'size-out-of-range', /expected whole pixels, got 640\.5$/],
    [
      'five sizes',
      capture({ sizes: Array(5).fill({ width: 64, height: 64 }) }),
      'size-out-of-range',
      /at most 4 sizes/,
    ],
    ['a size as text', capture({ sizes: ['640x360'] }), 'size-out-of-range', /expected object.*got "640x360"$/],

    [
      'an unknown level',
      { ...request, capture: { risk: 'doom' } },
      'risk-level-unknown',
      /"doom": expected one of low, /,
    ],
    ['an unknown level beside an interval', capture({ risk: 'doom' }), 'risk-level-unknown', /"doom": expected one of/],
    [
      'a level that is no own rate',
      { ...request, capture: { risk: 'constructor' } },
      'risk-level-unknown',
      /expected one of/,
    ],
    ['a level of others', capture({ everyMs: { calm: 500 }, risk: 'low' }), 'risk-level-unknown', /one of calm$/],

    ['an unknown scheme', from('gopher://h/x'), 'source-scheme-unsupported', /"gopher".*expected one of rtmp, /],
    ['a protocol of ffmpeg', from('concat:a|b'), 'source-scheme-unsupported', /"concat"/],
    ['no host', from('rtmp:///app/key'), 'source-url-invalid', /no host.*expected one after/],
    ['no slashes', from('rtmp:app'), 'source-url-invalid', /no host/],
    ['an HTTP address without host', from('http://'), 'source-url-invalid', /expected (an absolute|one after)/],
    ['no address', from('cam1'), 'source-url-invalid', /"cam1"; expected an absolute one/],
    ['an empty address', from(''), 'source-url-invalid', /""; expected (an absolute|one after)/],
    ['a number for an address', from(5), 'source-url-invalid', /expected string.*got 5$/],
    ['an address of two lines', from('rtmp://h/app\n-y'), 'source-url-invalid', /without spaces/],
    ['an address with a zero byte', from('rtmp://h/a\u0000b'), 'source-url-invalid', /without spaces/],
    ['an address of 2049 characters', from('rtmp://h/' + 'x'.repeat(2040)), 'source-url-invalid', /at most 2048/],
  ];
  for (const [what, input, code, says] of cases) {
    it(`is told apart: ${what} is ${code}`, () => {
      const problem = problemThrownBy(() => parseStreamRequest(input));
      assert.equal(problem.code, code);
      assert.match(problem.message, says);
    });
  }

  it('is refused in linear time, however long its source is', () => {
    const refuse = (text: string) => assert.throws(() => parseStreamRequest(from(text)));
    assert.equal(slowTextFor(refuse, ['rtmp://h/a', ')', 'b', ' ', '/', '@', 'token=']), undefined);
  });

  it('never repeats a secret, even one that was cut', () => {
    const secret = 'rtsp://user:' + 'S3CR3T'.repeat(400) + '@h/x';
    for (const input of [from(secret), secret, [secret], { ...request, source: secret }]) {
      assert.doesNotMatch(problemThrownBy(() => parseStreamRequest(input)).message, /S3CR3T/);
    }
  });
});

function problemThrownBy(run: () => unknown): { code: ErrorCode; message: string } {
  try {
    run();
  } catch (error) {
    const problem = problemOf(error);
    if (problem) return problem;
    throw error;
  }
  throw new Error('nothing was thrown');
}
