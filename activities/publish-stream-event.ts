import { streamEvent, TOPICS, type StreamEvent, type StreamEventKind } from '../contracts/events.js';
import type { EventSink } from '../adapters/event-log/event-log.js';

export interface StreamEventInput extends StreamEvent {
  kind: StreamEventKind;
  occurrence: number;
}

/** Announces a turn in a stream's life; twice is the same event. */
export const createPublishStreamEvent = (events: EventSink) =>
  async function publishStreamEvent({ kind, ...data }: StreamEventInput): Promise<void> {
    await events.publish(TOPICS.streams, { key: data.streamId, event: streamEvent(kind, data) });
  };
