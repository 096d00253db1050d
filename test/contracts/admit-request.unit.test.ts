import assert from 'node:assert/strict';
import { admitRequest } from '../../contracts/admit-request.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import { failingWith } from '../port-suites/failing-with.js';

const request = (change: object) => ({
  taskId: 't',
  tenant: 'acme',
  profile: 'hls',
  input: { url: 's3://media/a.mov' },
  ...change,
});
const labels = (count: number) => ({
  labels: Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, 'x'])),
});

describe('a request that comes in', () => {
  it('has at most fifty labels', () => {
    assert.equal(Object.keys(admitRequest(request(labels(50))).labels).length, 50);
    assert.throws(() => admitRequest(request(labels(51))), failingWith('request-invalid'));
  });

  it('may have more where it runs already', () => {
    assert.equal(Object.keys(parseTranscodeRequest(request(labels(51))).labels).length, 51);
  });

  for (const prefix of ['movies/42', 'acme/transcodes/other', 'acme/films', 'films', 'beta/films'])
    it(`may put its outputs to ${prefix}`, () => {
      assert.equal(admitRequest(request({ output: { prefix } })).output.prefix, prefix);
    });

  for (const prefix of [
    'beta/transcodes/movie',
    'beta/frames/cam',
    'beta/ledger/cam/s1',
    'beta/latest',
    'beta/transcode-logs/t',
    'transcode-work/acme/t',
    'profiles/hls',
  ])
    it(`may not put its outputs to ${prefix}`, () => {
      assert.throws(() => admitRequest(request({ output: { prefix } })), failingWith('request-invalid'));
    });
});
