import assert from 'node:assert/strict';
import { problemOf } from '../../contracts/errors.js';
import { isReserved } from '../../contracts/ids.js';
import { unitOfWorkKey } from '../../contracts/keys.js';
import { parseTrigger } from '../../contracts/object-trigger.js';
import { outputPrefixOf } from '../../contracts/output-prefix.js';
import { parseStreamRequest } from '../../contracts/stream.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';

const stream = { streamId: 'cam1', source: { url: 'rtmp://host/live' }, capture: { everyMs: 1000 } };
const task = { taskId: 't', input: { url: 's3://b/in/a.mov' }, profile: 'hls' };
const trigger = { name: 'in', bucket: 'b', prefix: 'in/', profile: 'hls' };
const store = { url: (key: string) => `s3://b/${key}` };
const hidden = (url: string) =>
  outputPrefixOf(parseTranscodeRequest({ ...task, input: { url }, output: { isHidden: true } }), store);

describe('names that are kept for Reelay itself', () => {
  const keys: [key: string, expected: boolean][] = [
    ['transcode-work', true],
    ['transcode-work/a/b', true],
    ['profiles', true],
    ['profiles/hls', true],
    ['transcode-works', false],
    ['acme/profiles', false],
    ['default', false],
  ];
  for (const [key, expected] of keys)
    it(`are ${expected ? '' : 'not '}what ${key} begins with`, () => assert.equal(isReserved(key), expected));

  for (const tenant of ['transcode-work', 'profiles']) {
    const refused: [what: string, parse: () => unknown, code: string][] = [
      ['a stream', () => parseStreamRequest({ ...stream, tenant }), 'stream-id-invalid'],
      ['a task', () => parseTranscodeRequest({ ...task, tenant }), 'task-id-invalid'],
      ['a trigger', () => parseTrigger({ ...trigger, tenant }), 'trigger-invalid'],
      ['an output', () => parseTranscodeRequest({ ...task, output: { prefix: `${tenant}/x` } }), 'request-invalid'],
      ['the output of a trigger', () => parseTrigger({ ...trigger, output: tenant }), 'trigger-invalid'],
      ['a hidden output', () => hidden(`s3://b/${tenant}/x/a.mov`), 'request-invalid'],
    ];
    for (const [what, parse, code] of refused)
      it(`are refused to ${what}: ${tenant}`, () => assert.throws(parse, (error) => problemOf(error)?.code === code));
  }

  it('leave all others', () => assert.equal(hidden('s3://b/in/a.mov'), 'in/.reelay/a.mov/hls'));

  const works: [key: string, unit: string | undefined][] = [
    ['transcode-work/acme/movie/u1/plan.json', 'u1'],
    ['transcode-work/acme/movie/u1/720p/00000.mp4', 'u1'],
    ['transcode-work/acme/movie/stray', undefined],
    ['acme/transcode-work/movie/u1/plan.json', undefined],
  ];
  for (const [key, unit] of works) it(`tell the unit of ${key}`, () => assert.equal(unitOfWorkKey(key)?.unit, unit));
});
