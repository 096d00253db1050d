import assert from 'node:assert/strict';
import { problemOf } from '../../contracts/errors.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';

const request = (input: unknown) => ({ taskId: 't', profile: 'hls', input });
const inputOf = (input: unknown) => parseTranscodeRequest(request(input)).input;

describe('the input of a transcode', () => {
  it('may be an address alone', () => {
    assert.deepEqual(inputOf('s3://media/a.mov'), { url: 's3://media/a.mov' });
    assert.deepEqual(inputOf({ url: 's3://media/a.mov' }), { url: 's3://media/a.mov' });
    assert.deepEqual(inputOf({ url: 's3://media/a.mov', playlists: false }), {
      url: 's3://media/a.mov',
      playlists: false,
    });
  });

  for (const [what, input, code, message] of [
    ['no address', 'movie.mov', 'input-url-invalid', /^input is not usable: "movie\.mov"/],
    ['no address in its field', { url: 'movie.mov' }, 'input-url-invalid', /^input is not usable/],
    ['a number as its address', { url: 5 }, 'input-url-invalid', /^input\.url: .* got 5/],
    [
      'a field that nobody knows',
      { url: 's3://a/b', uri: 'x' },
      'request-invalid',
      /expected no fields but url, playlists/,
    ],
    ['nothing', undefined, 'request-invalid', /^input: /],
    ['a number', 5, 'request-invalid', /^input: .* got 5/],
  ] as const)
    it(`is refused with ${what}`, () => {
      const { code: got, message: told } = (() => {
        try {
          parseTranscodeRequest(request(input));
        } catch (error) {
          return problemOf(error)!;
        }
        return { code: '', message: '' };
      })();
      assert.equal(got, code);
      assert.match(told, message);
    });
});
