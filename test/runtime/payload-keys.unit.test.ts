import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemOf } from '../../contracts/errors.js';
import { readPayloadKeys } from '../../runtime/config-payload-settings.js';
import { useTempFolder } from '../dev/temp-folder.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const SHORT = Buffer.alloc(31, 7).toString('base64');
const KEYS = JSON.stringify({ a: KEY });

describe('the keys of payloads', () => {
  const folder = useTempFolder();

  it('are none by default', () => {
    assert.deepEqual(readPayloadKeys({}), { payloadKeys: {} });
  });

  it('are taken from the variable', () => {
    assert.deepEqual(readPayloadKeys({ REELAY_PAYLOAD_KEYS: KEYS }).payloadKeys, { a: Buffer.alloc(32, 7) });
  });

  it('are taken from a file', () => {
    const file = join(folder(), 'keys.json');
    writeFileSync(file, KEYS);
    assert.deepEqual(readPayloadKeys({ REELAY_PAYLOAD_KEYS: file }).payloadKeys, { a: Buffer.alloc(32, 7) });
  });

  const wrong: Record<string, Record<string, string>> = {
    'a key that is too short': { REELAY_PAYLOAD_KEYS: JSON.stringify({ a: SHORT }) },
    'a key that is no base64': { REELAY_PAYLOAD_KEYS: JSON.stringify({ a: `*${KEY}` }) },
    'text that is no JSON': { REELAY_PAYLOAD_KEYS: `{${KEY}` },
    'a file that is missing': { REELAY_PAYLOAD_KEYS: '/nowhere/keys.json' },
    'the id of no key': { REELAY_PAYLOAD_KEYS: KEYS, REELAY_PAYLOAD_KEY: 'b' },
  };
  for (const [what, environment] of Object.entries(wrong)) {
    it(`may not be ${what}`, () => {
      assert.equal(failureOf(environment)?.code, 'config-invalid');
    });
    it(`are not shown in the failure of ${what}`, () => {
      const { message = '' } = failureOf(environment) ?? {};
      assert.equal(
        [KEY, SHORT].some((key) => message.includes(key)),
        false,
      );
    });
  }
});

function failureOf(environment: Record<string, string>) {
  try {
    readPayloadKeys(environment);
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
