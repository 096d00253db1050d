import { z } from 'zod';
import { DEAD_LETTER_TYPES, deadLetterClosedSchema, type DeadLetterClosed } from './dead-letter.js';
import type { ReelayEvent } from './events.js';
import { LETTER_TABLE, rowOf } from './letter-kinds.js';

type HeadSchema = (typeof LETTER_TABLE)[keyof typeof LETTER_TABLE]['head'];
const heads = Object.values(LETTER_TABLE).map(({ head }) => head) as [HeadSchema, ...HeadSchema[]];
export const letterHeadSchema = z.discriminatedUnion('kind', heads);

/** A letter without the bytes that travel in it: what may be kept of many. */
export type LetterHead = z.infer<typeof letterHeadSchema>;

/** What the topic of dead letters says so far. Letters and their ends may be repeated, and come in any order. */
export interface OpenLetters {
  add(event: ReelayEvent): void;
  /** Those that no end is known of, oldest failure first. */
  open(): LetterHead[];
  /** Records that claim to be letters and are none that this version can read, or have an id that is not their own. */
  readonly unreadable: number;
}

/**
 * A letter is over where an end of it names as many redrives, or more: one recorded after a failed redrive has more. What
 * is kept of each may be less than its head.
 */
export function createOpenLetters(keep: (head: LetterHead) => LetterHead = (head) => head): OpenLetters {
  const letters = new Map<string, LetterHead>();
  const closed = new Map<string, number>();
  let unreadable = 0;
  return {
    add({ type, data }) {
      if (type === DEAD_LETTER_TYPES.recorded) record(letterHeadSchema.safeParse(data).data);
      else if (type === DEAD_LETTER_TYPES.closed) close(deadLetterClosedSchema.safeParse(data).data);
    },
    open: () => [...letters.values()].sort((a, b) => a.firstFailedAtMs - b.firstFailedAtMs),
    get unreadable() {
      return unreadable;
    },
  };

  function record(letter: LetterHead | undefined): void {
    if (!letter || letter.letterId !== rowOf(letter.kind).idOf(letter)) return void (unreadable += 1);
    const { letterId, redrives } = letter;
    if (redrives <= (closed.get(letterId) ?? -1) || redrives < (letters.get(letterId)?.redrives ?? 0)) return;
    letters.set(letterId, keep(letter));
  }

  function close(end: DeadLetterClosed | undefined): void {
    if (!end) return void (unreadable += 1);
    const { letterId, redrives } = end;
    closed.set(letterId, Math.max(redrives, closed.get(letterId) ?? 0));
    if ((letters.get(letterId)?.redrives ?? Infinity) <= redrives) letters.delete(letterId);
  }
}
