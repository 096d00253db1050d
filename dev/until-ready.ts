import { setTimeout as delay } from 'node:timers/promises';
import { fault } from '../contracts/errors.js';
import { describeExit, type Child } from './child.js';
import { lastLines } from './last-lines.js';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

export interface ReadyOptions<Answer> {
  deadlineMs: number;
  /** Throws as long as the server is not ready. */
  check: () => Promise<Answer>;
  signal?: AbortSignal | undefined;
}

/** Asks until the server answers; fails at once where its process ends, and stops it where the deadline passes. */
export async function untilReady<Answer>(child: Child, options: ReadyOptions<Answer>): Promise<Answer> {
  const giveUp = new AbortController();
  const stopAsking = options.signal ? AbortSignal.any([giveUp.signal, options.signal]) : giveUp.signal;
  try {
    return await Promise.race([
      ask({ ...options, signal: stopAsking }),
      child.exited.then((exit) => {
        throw new Error(describeExit(exit));
      }),
    ]);
  } catch (cause) {
    await child.stop();
    if (options.signal?.aborted) throw options.signal.reason;
    const tail = await lastLines(child.log);
    const reason = (cause as Error).message;
    throw fault('stack-failed', `${child.name} did not start: ${reason}; its log is ${child.log}`, { cause, tail });
  } finally {
    giveUp.abort();
  }
}

async function ask<Answer>({ check, deadlineMs, signal }: ReadyOptions<Answer>): Promise<Answer> {
  const endsAt = Date.now() + deadlineMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    try {
      return await check();
    } catch (error) {
      const { message } = error as Error;
      if (Date.now() > endsAt)
        throw new Error(`no answer within ${deadlineMs / 1000} s (${message})`, { cause: error });
    }
    await delay(pauseMs, undefined, signal ? { signal } : {});
  }
}
