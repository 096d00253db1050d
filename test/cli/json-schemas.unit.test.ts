import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { jsonSchemas } from '../../cli/json-schemas.js';
import { letterOf } from '../client/stored-session.js';

const compile = (name: string): ValidateFunction => {
  const text = jsonSchemas()[`${name}.json`];
  assert.ok(text);
  return new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(text) as object);
};

describe('the JSON Schemas', () => {
  it('are shipped as the definitions say: run `node dist/cli/write-schemas.js` after a change', () => {
    const shipped = readdirSync('schemas').filter((name) => name.endsWith('.json'));
    assert.deepEqual(
      Object.fromEntries(shipped.map((name) => [name, readFileSync(`schemas/${name}`, 'utf8')])),
      jsonSchemas(),
    );
  });

  it('are all named in schemas/README.md', () => {
    const readme = readFileSync('schemas/README.md', 'utf8');
    for (const name of Object.keys(jsonSchemas())) assert.ok(readme.includes(`(${name})`), name);
  });

  const image = { url: 's3://b/k.jpg', sizeBytes: 4, width: 64, height: 36, sha256: 'a'.repeat(64) };
  const session = { tenant: 'acme', streamId: 'cam1', sessionId: 's', epoch: 1, everyMs: 1000 };
  const frame = { ...image, variants: [image], slotMs: 1000, capturedAtMs: 1033, ptsMs: 5, attempt: 1, mode: 'full' };
  const request = { streamId: 'cam1', source: { url: 'rtmp://h/app/key' }, capture: { everyMs: 1000 } };
  const cases: [name: string, data: object, isValid: boolean][] = [
    ['frame-event', { ...session, ...frame, late: false }, true],
    ['frame-event', { ...session, ...frame, late: false, addedLater: 1 }, true],
    ['frame-event', { ...session, ...frame }, false],
    ['frame-event', { ...session, ...frame, late: false, mode: 'magic' }, false],
    ['gap-event', { ...session, fromSlotMs: 0, toSlotMs: 1000, count: 2, reason: 'paused' }, true],
    ['gap-event', { ...session, fromSlotMs: 0, toSlotMs: 1000, count: 2, reason: 'mood' }, false],
    ['stream-event', { ...session, atMs: 1 }, true],
    ['stream-event', { ...session, atMs: 1, counts: { due: 1 } }, false],
    ['stream-request', request, true],
    ['stream-request', { ...request, capture: { everyMs: { calm: 5000 }, risk: 'calm' } }, true],
    ['stream-request', { ...request, capture: { everyMs: 99 } }, false],
    ['stream-request', { ...request, streamId: 'a/b' }, false],
    ['stream-request', { ...request, rate: 5 }, false],
    ['dead-letter', letterOf(1), true],
    ['dead-letter', letterOf(1, { content: { at: 'spool' } }), true],
    ['dead-letter', { ...letterOf(1), disposition: 'bored' }, false],
    ['dead-letter-closed', { letterId: 'x', outcome: 'stored', redrives: 1, atMs: 5 }, true],
    ['dead-letter-closed', { letterId: 'x', outcome: 'lost', redrives: 1, atMs: 5 }, false],
    ['redrive-request', {}, true],
    ['redrive-request', { streamId: 'cam1', disposition: 'exhausted', beforeMs: 5, maxRedrives: 9 }, true],
    ['redrive-request', { before: '10m' }, false],
    ['policy-change', { everyMs: 250 }, true],
    ['policy-change', {}, true],
    ['policy-change', { everyMs: '1s' }, false],
  ];
  for (const [name, data, isValid] of cases) {
    it(`${isValid ? 'accept' : 'refuse'} as ${name}: ${JSON.stringify(data).slice(-60)}`, () => {
      const validate = compile(name);
      assert.equal(validate(data), isValid, JSON.stringify(validate.errors));
    });
  }
});
