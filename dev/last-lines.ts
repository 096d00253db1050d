import { open } from 'node:fs/promises';

const TAIL_BYTES = 8192;

/** The end of a log, for a failure to show; empty where there is no log. */
export async function lastLines(file: string, count = 12): Promise<string[]> {
  const log = await open(file).catch(() => undefined); // a process that never started has written none
  if (log === undefined) return [];
  try {
    const { size } = await log.stat();
    const { buffer, bytesRead } = await log.read({
      buffer: Buffer.alloc(TAIL_BYTES),
      position: Math.max(0, size - TAIL_BYTES),
    });
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-count);
  } finally {
    await log.close();
  }
}
