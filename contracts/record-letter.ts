import { z } from 'zod';
import { problemOf } from './errors.js';
import { DEFAULT_TENANT, NAME_PATTERN } from './ids.js';
import { dispositionOf, letterFields, MAX_INLINE_BYTES, type LetterKind } from './letter-fields.js';
import { redact } from './redact.js';

export const recordLetterSchema = z.object({
  /** `<tenant>/<group>/<topic>/<partition>/<offset>`: each record that a group gave up has a letter. */
  letterId: z.string(),
  kind: z.literal('record'),
  ...letterFields,
  tenant: z.string().regex(NAME_PATTERN),
  /** The name under which the topic was read. */
  group: z.string(),
  topic: z.string(),
  partition: z.int(),
  /** A number that may be larger than JSON holds. */
  offset: z.string().regex(/^\d+$/),
  key: z.base64().nullable(),
  headers: z.record(z.string(), z.array(z.base64())),
  value: z.base64().nullable(),
  /** False where key, headers and value were too large to travel, and only the beginning of the value is here. */
  isWhole: z.boolean(),
});
export type RecordLetter = z.infer<typeof recordLetterSchema>;

export const recordHeadSchema = recordLetterSchema.omit({ headers: true, value: true });
export type RecordHead = z.infer<typeof recordHeadSchema>;

export const RECORD_LETTERS: LetterKind<RecordLetter, Pick<RecordLetter, 'tenant' | 'group'>, RecordHead> = {
  subjectOf: ({ tenant, group }) => ({ tenant, subject: group }),
  stageOf: () => 'handler',
  idOf,
  withoutBytes: (head) => ({ ...head, headers: {}, value: null, isWhole: false }),
  idParts: 5,
};

interface GivenUpRecord {
  topic: string;
  partition: number;
  offset: bigint;
  key: Uint8Array | null;
  headers: Record<string, Uint8Array | Uint8Array[]>;
  value: Uint8Array | null;
}

/** The letter of a record that its handler could not do; the same for the same record, but for its times. */
export function recordLetterOf(
  { topic, partition, offset, key, headers, value }: GivenUpRecord,
  { group, failure, attempts, nowMs }: { group: string; failure: unknown; attempts: number; nowMs: number },
): RecordLetter {
  const problem = problemOf(failure);
  const code = problem?.code ?? 'record-unhandled';
  const lists = Object.entries(headers).map(([name, values]) => [name, [values].flat().map(base64)] as const);
  const outside = (key?.length ?? 0) + lists.flat(3).reduce((sum, text) => sum + text.length, 0);
  const room = Math.max(0, MAX_INLINE_BYTES - outside);
  const isWhole = outside + (value?.length ?? 0) <= MAX_INLINE_BYTES;
  return {
    letterId: idOf({ tenant: DEFAULT_TENANT, group, topic, partition, offset: String(offset) }),
    kind: 'record',
    disposition: dispositionOf(code),
    code,
    message: redact(problem?.message ?? String(failure)),
    attempts,
    firstFailedAtMs: nowMs,
    lastFailedAtMs: nowMs,
    redrives: 0,
    tenant: DEFAULT_TENANT,
    group,
    topic,
    partition,
    offset: String(offset),
    key: key && outside <= MAX_INLINE_BYTES ? base64(key) : null,
    headers: outside <= MAX_INLINE_BYTES ? Object.fromEntries(lists) : {},
    value: value && base64(value.subarray(0, room)),
    isWhole,
  };
}

function idOf({
  tenant,
  group,
  topic,
  partition,
  offset,
}: Pick<RecordHead, 'tenant' | 'group' | 'topic' | 'partition' | 'offset'>): string {
  return `${tenant}/${group}/${topic}/${partition}/${offset}`;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
