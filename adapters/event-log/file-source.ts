import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { folderLogFault } from '../folder-log/folder-log-fault.js';
import { FolderChanges } from '../folder-log/folder-changes.js';
import { topicFile, type FileRecord } from './file-sink.js';
import type { EventSource, ReadOptions } from './event-log.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

export function fileEventSource({ folder }: { folder: string }): EventSource {
  const closing = new AbortController();
  return {
    async *read(topic, { key, sinceMs = 0, follow = false, signal }: ReadOptions) {
      const file = topicFile(folder, topic);
      const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      let isStarted = false;
      try {
        for await (const record of recordsOf(file, { folder, follow, stop })) {
          isStarted ||= record.writtenAtMs >= sinceMs;
          if (isStarted && (key === undefined || record.key === key)) yield record.event;
        }
      } catch (error) {
        throw folderLogFault(error, `read ${file}`);
      }
    },
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

interface Following {
  folder: string;
  follow: boolean;
  stop: AbortSignal;
}

async function* recordsOf(file: string, { folder, follow, stop }: Following): AsyncGenerator<FileRecord> {
  if (follow) await mkdir(folder, { recursive: true });
  const changes = follow ? new FolderChanges(folder) : undefined;
  let handle: FileHandle | undefined;
  let position = 0;
  let rest: Buffer = Buffer.alloc(0);
  try {
    do {
      handle ??= await open(file, 'r').catch(undefinedIfMissing);
      const end = (await handle?.stat())?.size ?? 0;
      while (handle && position < end && !stop.aborted) {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position));
        const { bytesRead } = await handle.read({ buffer, position });
        position += bytesRead;
        rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const lines = rest.subarray(0, rest.lastIndexOf(NEWLINE) + 1);
        rest = rest.subarray(lines.length);
        yield* parseLines(lines, stop);
      }
    } while (changes && (await changes.next(stop)));
  } finally {
    changes?.close();
    await handle?.close();
  }
}

function* parseLines(lines: Buffer, stop: AbortSignal): Generator<FileRecord> {
  for (const line of lines.toString().split('\n')) {
    const record = parseRecord(line);
    if (stop.aborted) return;
    if (record) yield record;
  }
}

/** A line that was torn when its writer failed has never been acknowledged. */
function parseRecord(line: string): FileRecord | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as FileRecord);
  } catch {
    return undefined; // torn
  }
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
