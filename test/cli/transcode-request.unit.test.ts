import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { requestOf, requestOfLine, type RequestFlags } from '../../cli/transcode-request.js';
import { problemOf } from '../../contracts/errors.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';

const FLAGS: RequestFlags = { tenant: 'acme', profile: 'hls', label: {}, thumbnails: true };

describe('a request on the command line', () => {
  it('says only what was said, and is taken as it is', () => {
    const { taskId, ...rest } = requestOf('s3://a/My film.mov', FLAGS);
    assert.match(taskId, /^My-film-[0-9a-f]{10}$/);
    assert.deepEqual(rest, { tenant: 'acme', profile: 'hls', input: { url: 's3://a/My film.mov' } });
    const all: RequestFlags = {
      ...FLAGS,
      id: 'x',
      output: 'movies/1',
      hidden: true,
      remux: 'never',
      priority: 90,
      deadline: 5000,
      callback: 'https://example.com/',
      callbackSecret: 'main',
      label: { a: 'b' },
      minSsim: 0.9,
      crf: 20,
      maxHeight: 480,
      maxrate: 900,
      preset: 'fast',
      gop: 4,
      audioBitrate: 96,
      thumbnails: false,
    };
    const settings = parseTranscodeRequest(requestOf('s3://a/b.mov', all));
    assert.deepEqual(settings.parameters, {
      crf: 20,
      maxHeight: 480,
      maxrateKbps: 900,
      preset: 'fast',
      gopSeconds: 4,
      audioBitrateKbps: 96,
      thumbnails: false,
    });
    assert.deepEqual(settings.output, { prefix: 'movies/1', isHidden: true });
    assert.equal(settings.callback?.secret, 'main');
  });

  it('has an id made of what it says', () => {
    const id = (input: string, change: Partial<RequestFlags> = {}) => requestOf(input, { ...FLAGS, ...change }).taskId;
    assert.equal(id('s3://a/b.mov'), id('s3://a/b.mov'));
    assert.notEqual(id('s3://a/b.mov'), id('s3://b/b.mov'));
    assert.notEqual(id('s3://a/b.mov'), id('s3://a/b.mov', { profile: 'audio' }));
    assert.match(id('https://example.com/?a=secret.mov'), /^[0-9a-f]{10}$/);
  });

  it('takes a file of this machine by its path', () => {
    assert.equal(requestOf('package.json', FLAGS).input.url, pathToFileURL('package.json').href);
    assert.equal(requestOf('nowhere.mov', FLAGS).input.url, 'nowhere.mov');
  });

  it('is a line of a batch, whose fields go before the flags', () => {
    assert.deepEqual(requestOfLine('s3://a/b.mov', FLAGS), requestOf('s3://a/b.mov', FLAGS));
    const line = requestOfLine('{"input":{"url":"s3://a/b.mov"},"profile":"audio"}', { ...FLAGS, priority: 10 });
    assert.equal(line.profile, 'audio');
    assert.equal(line.priority, 10);
    assert.equal(line.tenant, 'acme');
    assert.throws(
      () => requestOfLine('{"input"', FLAGS),
      (error) => problemOf(error)?.code === 'request-invalid',
    );
  });

  it('has the id that it had in every release, of a line too', () => {
    const line = requestOfLine('{"input":{"url":"s3://a/b.mov"},"labels":{"a":"b"}}', FLAGS);
    assert.equal(line.taskId, 'b-fd723ddea4');
  });

  it('is a line whose input is an address alone, or a file of this machine', () => {
    const whole = requestOfLine('{"input":{"url":"s3://a/b.mov"}}', FLAGS);
    assert.deepEqual(requestOfLine('{"input":"s3://a/b.mov"}', FLAGS), whole);
    const file = requestOfLine('{"input":"package.json"}', FLAGS);
    assert.deepEqual(file.input, { url: pathToFileURL('package.json').href });
  });

  it('needs no profile besides that of its line', () => {
    const { profile: _, ...flags } = FLAGS;
    assert.equal(requestOfLine('{"input":"s3://a/b.mov","profile":"audio"}', flags).profile, 'audio');
    for (const line of ['s3://a/b.mov', '{"input":"s3://a/b.mov"}'])
      assert.throws(
        () => requestOfLine(line, flags),
        (error) => /^profile: expected one/.test(problemOf(error)?.message ?? ''),
      );
  });
});
