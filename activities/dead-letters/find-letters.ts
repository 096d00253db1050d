import type { EventSource } from '../../adapters/event-log/event-log.js';
import { DEAD_LETTER_TYPES, deadLetterSchema, type DeadLetter } from '../../contracts/dead-letter.js';
import { frameEventSchema, TOPICS } from '../../contracts/events.js';
import type { FrameHead } from '../../contracts/frame-letter.js';
import { rowOf } from '../../contracts/letter-kinds.js';
import { createOpenLetters, letterHeadSchema, type LetterHead } from '../../contracts/open-letters.js';
import { filterKey, isWanted, type LetterFilter } from '../../contracts/redrive.js';

export interface Finding {
  source: EventSource;
  /** Called now and then while it reads, whatever it finds. */
  onRead(): void;
}

/** The open letters that pass the filter, and of each what is needed before it is sent: there may be a million. */
export async function openLetters({ source, onRead }: Finding, filter: LetterFilter): Promise<LetterHead[]> {
  const letters = createOpenLetters(slim);
  for await (const event of source.read(TOPICS.deadLetters, { ...filterKey(filter), onRead })) letters.add(event);
  return letters.open().filter((letter) => isWanted(letter, filter));
}

function slim(head: LetterHead): LetterHead {
  return head.kind === 'frame' ? { ...head, message: '', frame: { ...head.frame, images: [] } } : head;
}

/** These letters with what travels in them, each once, as the topic has them; only one is held at a time. */
export async function* wholeLetters(
  { source, onRead }: Finding,
  { heads, filter }: { heads: readonly LetterHead[]; filter: LetterFilter },
): AsyncGenerator<DeadLetter> {
  const left = new Map(heads.map((head) => [head.letterId, head]));
  for await (const { type, data } of source.read(TOPICS.deadLetters, { ...filterKey(filter), onRead })) {
    const { letterId, redrives } = data as Partial<DeadLetter>;
    const head = letterId === undefined ? undefined : left.get(letterId);
    if (type !== DEAD_LETTER_TYPES.recorded || !head || head.redrives !== redrives) continue;
    left.delete(head.letterId);
    yield (
      deadLetterSchema.safeParse(data).data ??
      (rowOf(head.kind).withoutBytes(letterHeadSchema.parse(data)) as DeadLetter)
    );
    if (left.size === 0) return;
  }
}

const CLOCK_TOLERANCE_MS = 60_000;

/** Those of the letters, all of one stream, whose frames were announced, as far as it comes before the signal aborts. */
export async function announcedAmong(
  { source, onRead }: Finding,
  { letters, signal }: { letters: readonly FrameHead[]; signal: AbortSignal },
): Promise<Set<string>> {
  const [first] = letters;
  if (!first) return new Set();
  const { tenant, streamId } = first.frame.session;
  const wanted = new Map(
    letters.map(({ letterId, frame }) => [`${frame.session.sessionId}/${frame.slotMs}`, letterId]),
  );
  const sinceMs = Math.min(...letters.map(({ frame }) => frame.capturedAtMs)) - CLOCK_TOLERANCE_MS;
  const found = new Set<string>();
  for await (const { data } of source.read(TOPICS.frames, { key: streamId, sinceMs, signal, onRead })) {
    const frame = frameEventSchema.safeParse(data).data;
    const letterId = frame && frame.tenant === tenant ? wanted.get(`${frame.sessionId}/${frame.slotMs}`) : undefined;
    if (letterId !== undefined) found.add(letterId);
    if (found.size === letters.length) break;
  }
  return found;
}
