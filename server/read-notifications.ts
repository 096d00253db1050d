import type { Consume, Consumer } from '../adapters/consumer/consumer.js';
import type { EventSink } from '../adapters/event-log/event-log.js';
import { deadLetterEvent } from '../contracts/dead-letter.js';
import { TOPICS } from '../contracts/events.js';
import { letterKey } from '../contracts/letter-kinds.js';
import { recordLetterOf } from '../contracts/record-letter.js';

/** The name of what was once a consumer group: its offsets are gone on from. */
const GROUP = 'reelay-objects';

interface Reading {
  consume: Consume;
  sink: EventSink;
  topic: string;
  handle(message: unknown): Promise<void>;
}

/**
 * Gives what a store tells of its objects in a topic to the handler, from where the last server was. A message that can
 * never be handled becomes a dead letter. Several servers each read all of it, so handling twice must change nothing.
 */
export const readNotifications = ({ consume, sink, topic, handle }: Reading): Promise<Consumer> =>
  consume({
    group: GROUP,
    topics: [topic],
    from: 'earliest',
    handle: ({ value }) => handle(parse(value)),
    async poison(record, givenUp) {
      const letter = recordLetterOf(record, { ...givenUp, group: GROUP, nowMs: Date.now() });
      await sink.publish(TOPICS.deadLetters, { key: letterKey(letter), event: deadLetterEvent(letter) });
    },
  });

/** What is no JSON asks for nothing. */
function parse(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString() ?? 'null');
  } catch {
    return undefined;
  }
}
