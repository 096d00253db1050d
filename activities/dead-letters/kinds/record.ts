import { fault } from '../../../contracts/errors.js';
import type { RecordHead, RecordLetter } from '../../../contracts/record-letter.js';
import type { LetterWork } from './letter-work.js';

/** A record goes into its topic again as it was, behind what came since; should it fail again, that is another letter. */
export const RECORD_WORK: LetterWork<RecordLetter, RecordHead> = {
  hostOf: () => undefined,
  async send({ letterId, topic, key, headers, value, isWhole }, { records }) {
    if (!isWhole) throw fault('dead-letter-unusable', `letter ${letterId}: the record was too large to travel in it`);
    await records.putRecord(topic, {
      key: bytesOf(key),
      headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.map(fromBase64)])),
      value: bytesOf(value),
    });
    return 'republished';
  },
};

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

const bytesOf = (text: string | null): Buffer | null => (text === null ? null : fromBase64(text));
