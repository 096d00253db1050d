import assert from 'node:assert/strict';
import { deadLetterEvent, deadLetterSchema } from '../../contracts/dead-letter.js';
import { taskLetterOf } from '../../contracts/task-letter.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';

const letter = (url: string, redrives = 0) =>
  taskLetterOf(
    {
      settings: parseTranscodeRequest({ taskId: 't', tenant: 'acme', profile: 'hls', input: { url } }),
      problem: { code: 'input-damaged', message: `${url} is damaged` },
      phase: 'encode',
      runId: 'r',
      startedAtMs: 5,
      redrives,
    },
    { disposition: 'poison', nowMs: 10 },
  );

describe('the letter of a task', () => {
  it('is one for each run, and holds what starts the task again', () => {
    const { letterId, attempts, request, isWhole } = letter('s3://a/b.mov', 2);
    assert.equal(letterId, 'acme/t/r');
    assert.equal(attempts, 3);
    assert.equal(request.input.url, 's3://a/b.mov');
    assert.equal(isWhole, true);
  });

  it('takes a playlist only where the task did', () => {
    const settings = parseTranscodeRequest({
      taskId: 't',
      profile: 'hls',
      input: { url: 's3://a/b.mov', playlists: false },
    });
    const input = { settings, problem: { code: 'input-damaged', message: 'x' }, phase: 'encode', runId: 'r' } as const;
    const { request } = taskLetterOf({ ...input, startedAtMs: 5, redrives: 0 }, { disposition: 'poison', nowMs: 10 });
    assert.equal(request.input.playlists, false);
  });

  it('tells no secret, and says that its request lacks one', () => {
    const secret = letter('https://user:secret@example.com/a?sig=123');
    assert.doesNotMatch(JSON.stringify(secret), /user:secret|sig=123/);
    assert.equal(secret.isWhole, false);
  });

  it('is a letter like those of frames, keyed by the task', () => {
    const event = deadLetterEvent(letter('s3://a/b.mov'));
    assert.deepEqual(deadLetterSchema.parse(JSON.parse(JSON.stringify(event.data))), event.data);
    assert.equal(event.id, 'acme/t/r/dead/0');
    assert.equal(event.subject, 't');
    assert.equal(event.source, '/reelay/acme');
    assert.equal(event.headers?.['__connect.errors.stage'], 'encode');
  });
});
