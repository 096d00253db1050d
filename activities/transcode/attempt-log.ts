import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { TaskRef } from '../../contracts/ids.js';
import { taskLogPrefix } from '../../contracts/keys.js';
import { redact } from '../../contracts/redact.js';

/** Lines that are kept of one attempt: the first say what it was, the last ones how it ended. */
const MAX_LINES = 400;
const KEEP_FIRST = 100;
const STORE_WITHIN_MS = 5000;

/** What one attempt at a piece did and what ffmpeg said, kept in the store for people who ask why. */
export interface AttemptLogWriter {
  /** Adds lines, redacted, with the time since the attempt began. */
  add(...lines: string[]): void;
  /** A store that is away keeps no log, and holds up nothing. */
  store(store: Pick<ObjectStore, 'put'>): Promise<void>;
}

interface Attempt {
  task: TaskRef;
  piece: string;
  host: string;
  attempt: number;
}

export function createAttemptLog({ task, piece, host, attempt }: Attempt): AttemptLogWriter {
  const startedAtMs = Date.now();
  const stamp = new Date(startedAtMs).toISOString();
  const lines = [`${stamp} ${piece}, attempt ${attempt}, on ${host}`];
  let dropped = 0;
  return {
    add(...more) {
      const time = `${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`;
      for (const line of more) {
        lines.push(`${time} ${redact(line)}`);
        if (lines.length > MAX_LINES) dropped += lines.splice(KEEP_FIRST, 1).length;
      }
    },
    async store(store) {
      const text = dropped > 0 ? lines.toSpliced(KEEP_FIRST, 0, `(${dropped} lines left out)`) : lines;
      const key = `${taskLogPrefix(task)}${stamp.replace(/[-:.]/g, '')}-${piece.replace(/\W+/g, '-')}-${attempt}.log`;
      const options = { contentType: 'text/plain; charset=utf-8', signal: AbortSignal.timeout(STORE_WITHIN_MS) };
      await store.put(key, Buffer.from(`${text.join('\n')}\n`), options).catch(() => undefined); // it is only told
    },
  };
}
