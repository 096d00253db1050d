import { folderLogFault } from '../folder-log/folder-log-fault.js';
import { topicFile, type EventLine } from '../folder-log/topic-file.js';
import { topicLines } from '../folder-log/topic-lines.js';
import type { EventSource, ReadOptions } from './event-log.js';

export function fileEventSource({ folder }: { folder: string }): EventSource {
  const closing = new AbortController();
  return {
    async *read(topic, { key, sinceMs = 0, follow = false, signal, onRead }: ReadOptions) {
      const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      let isStarted = false;
      try {
        for await (const lines of topicLines({ folder, topic, follow, stop })) {
          onRead?.();
          for (const { text } of lines) {
            const line = eventLine(text);
            if (stop.aborted) return;
            isStarted ||= line !== undefined && line.writtenAtMs >= sinceMs;
            if (line && isStarted && (key === undefined || line.key === key)) yield line.event;
          }
        }
      } catch (error) {
        throw folderLogFault(error, `read ${topicFile(folder, topic)}`);
      }
    },
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

/** Undefined where the line is no event of ours, or was torn when its writer failed: then it was never acknowledged. */
function eventLine(text: string): EventLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<EventLine> | null;
    return line?.event ? (line as EventLine) : undefined;
  } catch {
    return undefined; // torn, or not ours
  }
}
