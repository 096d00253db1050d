import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fault } from '../contracts/errors.js';
import { text } from './config-values.js';
import { readSettings, type Environment } from './config-reading.js';
import { setting } from './setting.js';

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const EXPECTED = 'expected keys of 32 bytes in base64 by their ids, as a JSON object or the path of a file with one';

/** What payloads are encrypted with on their way to Temporal: each client, worker and server reads these. */
export const PAYLOAD_SETTINGS = {
  payloadKeys: setting(
    ['REELAY_PAYLOAD_KEYS', 'JSON or path', 'keys of 32 bytes in base64 by their ids, for payloads in Temporal'],
    z.preprocess(keysIn, z.record(z.string().regex(KEY_ID, EXPECTED), z.string(EXPECTED).transform(keyOf), EXPECTED)),
    { isSecret: true, default: '{}' },
  ),
  payloadKey: setting(
    [
      'REELAY_PAYLOAD_KEY',
      'name',
      'the id of the key that encrypts; the others decrypt alone, and without it nothing is encrypted',
    ],
    text('expected the id of a key', KEY_ID),
    {},
  ),
} as const;

export interface PayloadKeys {
  payloadKeys: Readonly<Record<string, Buffer>>;
  payloadKey?: string;
}

/** These settings alone, for what asks Temporal and needs no others. */
export function readPayloadKeys(environment: Environment = process.env): PayloadKeys {
  const { values, faults } = readSettings<PayloadKeys>(PAYLOAD_SETTINGS, environment);
  faults.push(...payloadKeyFaults(values));
  if (faults.length > 0) throw fault('config-invalid', `the configuration has faults:\n${faults.join('\n')}`);
  return values;
}

export function payloadKeyFaults({ payloadKey, payloadKeys = {} }: Partial<PayloadKeys>): string[] {
  if (payloadKey === undefined || Object.hasOwn(payloadKeys, payloadKey)) return [];
  const ids = Object.keys(payloadKeys).join(', ') || 'nothing';
  return [
    `${PAYLOAD_SETTINGS.payloadKey.variable}: expected an id of ${PAYLOAD_SETTINGS.payloadKeys.variable}, which has ${ids}, got ${payloadKey}`,
  ];
}

function keysIn(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value.startsWith('{') ? value : readFileSync(path.resolve(value), 'utf8'));
  } catch {
    return undefined; // The reason could quote a key.
  }
}

function keyOf(value: string, context: z.RefinementCtx): Buffer {
  const key = Buffer.from(value, 'base64');
  const isKey = key.length === KEY_BYTES && key.toString('base64').replace(/=+$/, '') === value.replace(/=+$/, '');
  if (!isKey) context.addIssue({ code: 'custom', message: EXPECTED });
  return key;
}
