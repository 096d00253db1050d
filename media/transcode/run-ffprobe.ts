import { createInterface } from 'node:readline';
import { defined } from '../../contracts/defined.js';
import { fault } from '../../contracts/errors.js';
import { confinement } from '../confinement.js';
import { startFfmpeg } from '../process.js';
import { inputFaultOf } from './input-faults.js';

export interface FfprobeRun {
  ffprobe: string;
  args: readonly string[];
  signal: AbortSignal;
  /** Longer than this is `input-too-large`. */
  timeoutMs?: number;
  onLine(line: string): void;
  /** What it complains of, not redacted. */
  onComplaint?(line: string): void;
}

const TIMEOUT_MS = 600_000;

/** Runs ffprobe to its end and gives each line that it prints; answers what it warned of, redacted. */
export async function runFfprobe({ ffprobe, args, signal, timeoutMs = TIMEOUT_MS, onLine, onComplaint }: FfprobeRun) {
  signal.throwIfAborted();
  const child = startFfmpeg({
    ffmpeg: ffprobe,
    args: ['-loglevel', 'level+warning', ...args],
    outputCount: 1,
    within: await confinement(),
    ...defined({ onLine: onComplaint }),
  });
  child.stdin.end();
  const stop = (): void => void child.stop();
  const limit = AbortSignal.timeout(timeoutMs);
  for (const one of [signal, limit]) one.addEventListener('abort', stop, { once: true });
  for await (const line of createInterface({ input: child.outputs[0]! })) onLine(line);
  const { exitCode, tail, command } = await child.exited;
  for (const one of [signal, limit]) one.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (limit.aborted)
    throw fault('input-too-large', `a look at it takes more than ${timeoutMs / 1000} s`, { command, tail });
  if (exitCode === 0) return { tail, command };
  throw fault(inputFaultOf(tail) ?? 'input-damaged', `ffprobe cannot read it: ${tail.at(-1) ?? 'no reason given'}`, {
    command,
    tail,
  });
}
