import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { FolderChanges } from './folder-changes.js';
import { topicFile } from './topic-file.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

export interface TopicLine {
  text: string;
  /** Its first byte in the file, and the first one after it. */
  offset: number;
  next: number;
}

interface Reading {
  folder: string;
  topic: string;
  /** Where the first line to read begins. */
  fromByte?: number;
  /** Goes on as lines come until `stop` aborts; else ends where the file ends. */
  follow: boolean;
  stop: AbortSignal;
}

/**
 * The whole lines of a topic's file, as many at a time as one read brings; empty ones are left out. A file that became
 * shorter than what was read of it is another one, and read from its start.
 */
export async function* topicLines({ folder, topic, fromByte = 0, follow, stop }: Reading): AsyncGenerator<TopicLine[]> {
  if (follow) await mkdir(folder, { recursive: true });
  const changes = follow ? new FolderChanges(folder) : undefined;
  let handle: FileHandle | undefined;
  let position = fromByte;
  let rest: Buffer = Buffer.alloc(0);
  try {
    do {
      handle ??= await open(topicFile(folder, topic), 'r').catch(undefinedIfMissing);
      const end = (await handle?.stat())?.size ?? 0;
      if (handle && end < position) [position, rest] = [0, Buffer.alloc(0)];
      while (handle && position < end && !stop.aborted) {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position));
        const { bytesRead } = await handle.read({ buffer, position });
        const begin = position - rest.length;
        position += bytesRead;
        rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const whole = rest.subarray(0, rest.lastIndexOf(NEWLINE) + 1);
        rest = rest.subarray(whole.length);
        yield linesIn(whole, begin);
      }
    } while (changes && (await changes.next(stop)));
  } finally {
    changes?.close();
    await handle?.close();
  }
}

function linesIn(whole: Buffer, begin: number): TopicLine[] {
  const lines: TopicLine[] = [];
  for (let at = 0, end: number; at < whole.length; at = end + 1) {
    end = whole.indexOf(NEWLINE, at);
    if (end > at) lines.push({ text: whole.toString('utf8', at, end), offset: begin + at, next: begin + end + 1 });
  }
  return lines;
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
