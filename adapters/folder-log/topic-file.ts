import path from 'node:path';
import type { ReelayEvent } from '../../contracts/events.js';

/** A line of a topic's file that holds an event of ours. */
export interface EventLine {
  key: string;
  writtenAtMs: number;
  event: ReelayEvent;
}

/** A line that holds any record as it was: key, header values and value in base64. */
export interface RecordLine {
  writtenAtMs: number;
  record: { key: string | null; headers: Record<string, string[]>; value: string | null };
}

export const topicFile = (folder: string, topic: string): string => path.join(folder, `${topic}.jsonl`);
