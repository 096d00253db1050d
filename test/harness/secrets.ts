import { randomBytes } from 'node:crypto';

/** A word that nothing else has, in which percent-encoding and base64 leave no trace of it as it is. */
export const secretWord = (of: string): string => `${of}+${randomBytes(12).toString('hex')}/=`;

/** One that may be part of a path. */
export const secretName = (of: string): string => `${of}-${randomBytes(12).toString('hex')}`;

/** What the stack of the tests knows and tells nobody. */
export const STACK_SECRETS = {
  payloadKey: randomBytes(32).toString('base64'),
  apiToken: secretWord('api-token'),
  callbackSecret: secretWord('callback-secret'),
};

/** Settings by which all processes of a stack encrypt what Temporal keeps, log all that they can, and have secrets. */
export const SECRET_SETTINGS = {
  REELAY_PAYLOAD_KEYS: JSON.stringify({ e2e: STACK_SECRETS.payloadKey }),
  REELAY_PAYLOAD_KEY: 'e2e',
  REELAY_API_TOKENS: JSON.stringify({ e2e: STACK_SECRETS.apiToken }),
  REELAY_CALLBACK_SECRETS: JSON.stringify({ e2e: STACK_SECRETS.callbackSecret }),
  REELAY_LOG_LEVEL: 'debug',
};

/** What came out somewhere. */
export interface Trace {
  where: string;
  bytes: Uint8Array | string;
}

/** Where a text is found, as it is, percent-encoded, or in base64 wherever that begins. */
export function placesOf(text: string, traces: readonly Trace[]): string[] {
  const forms = [text, encodeURIComponent(text), encodeURIComponent(encodeURIComponent(text)), ...base64Of(text)];
  const found = traces.filter(({ bytes }) => {
    const all = Buffer.from(bytes);
    return forms.some((form) => all.includes(form));
  });
  return [...new Set(found.map(({ where }) => where))];
}

/** The letters of base64 that depend on the text alone, for each number of bytes before it. */
const base64Of = (text: string): string[] =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
