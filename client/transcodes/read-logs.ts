import { taskLogPrefix } from '../../contracts/keys.js';
import type { Reelay } from '../connect.js';
import { taskOf, type TaskName } from './task-name.js';

export interface AttemptLog {
  key: string;
  /** As it is part of the key: UTC without punctuation. */
  startedAt: string;
  piece: string;
  attempt: number;
  text: string;
}

const LOG_NAME = /^([^-]+)-(.+)-(\d+)\.log$/;

/** What attempts at the pieces of a task said, oldest first, one at a time; only those of one number where it is given. */
export async function* readLogs(
  reelay: Reelay,
  { attempt, ...name }: TaskName & { attempt?: number },
): AsyncGenerator<AttemptLog> {
  const { store } = await reelay.adapters();
  const prefix = taskLogPrefix(taskOf(name));
  for await (const { key } of store.list(prefix)) {
    const [, startedAt = '', piece = '', number = ''] = LOG_NAME.exec(key.slice(prefix.length)) ?? [];
    if (piece === '' || (attempt !== undefined && Number(number) !== attempt)) continue;
    const stored = await store.get(key);
    if (stored) yield { key, startedAt, piece, attempt: Number(number), text: stored.body.toString() };
  }
}
