import type { EventSink } from '../adapters/event-log/event-log.js';
import { TOPICS } from '../contracts/events.js';
import { transcodeEvent, type TranscodeEvent, type TranscodeEventKind } from '../contracts/transcode-events.js';

/** Announces a turn in a task's life; twice is the same event. */
export const createPublishTranscodeEvent = (events: EventSink) =>
  async function publishTranscodeEvent({
    kind,
    event,
  }: {
    kind: TranscodeEventKind;
    event: TranscodeEvent;
  }): Promise<void> {
    await events.publish(TOPICS.transcodes, { key: event.taskId, event: transcodeEvent(kind, event) });
  };
