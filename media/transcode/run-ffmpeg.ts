import { createInterface } from 'node:readline';
import { fault } from '../../contracts/errors.js';
import { redact } from '../../contracts/redact.js';
import { confinement } from '../confinement.js';
import { startFfmpeg, type FfmpegExit } from '../process.js';
import { inputFaultOf } from './input-faults.js';
import type { PieceCost, Progress } from './piece.js';
import { progressReader } from './progress-reader.js';

export interface FfmpegRun {
  ffmpeg: string;
  args: readonly string[];
  signal: AbortSignal;
  onProgress?: ((progress: Progress) => void) | undefined;
  onLine?: ((line: string) => void) | undefined;
  /** It reads only files that we have made, so that no failure is the fault of the input. */
  isOwnWork?: boolean;
  /** Longest time without any progress. */
  stallMs?: number;
}

export interface FfmpegResult extends PieceCost {
  /** Redacted, ready to paste. */
  command: string;
}

const STALL_MS = 60_000;
const STATS_SECONDS = 0.5;

/**
 * Runs ffmpeg to its end. It has succeeded only where it exits with 0 and has said that it got to the end: one that is
 * asked to stop leaves a file that plays, but is short. Throws `encode-stalled`, `encode-failed`, what the input is to
 * blame for, or the reason of the signal.
 */
export async function runFfmpeg({ stallMs = STALL_MS, ...run }: FfmpegRun): Promise<FfmpegResult> {
  run.signal.throwIfAborted();
  const within = await confinement();
  const progress = progressReader();
  let usage = 0;
  const child = startFfmpeg({
    ffmpeg: run.ffmpeg,
    args: runArgs(run.args),
    outputCount: 1,
    within,
    onLine(line) {
      usage += secondsOf(line);
      run.onLine?.(line);
    },
  });
  let isStalled = false;
  const stop = (): void => void child.stop();
  const stalled = (): void => {
    isStalled = true;
    stop();
  };
  let watchdog = setTimeout(stalled, stallMs);
  run.signal.addEventListener('abort', stop, { once: true });
  createInterface({ input: child.outputs[0]! }).on('line', (line) => {
    const news = progress.read(line);
    if (!news) return;
    if (news.hasMoved) {
      clearTimeout(watchdog);
      watchdog = setTimeout(stalled, stallMs);
    }
    run.onProgress?.(news.progress);
  });
  const exit = await child.exited.finally(() => {
    clearTimeout(watchdog);
    run.signal.removeEventListener('abort', stop);
  });
  run.signal.throwIfAborted();
  if (isStalled) throw fault('encode-stalled', `ffmpeg got no further for ${stallMs / 1000} s`, details(exit));
  if (exit.exitCode !== 0 || !progress.hasEnded()) throw failure(exit, run);
  return { cpuSeconds: usage, log: exit.tail, command: exit.command };
}

const runArgs = (args: readonly string[]): string[] => [
  ...['-hide_banner', '-nostdin', '-y', '-nostats', '-loglevel', 'level+info', '-benchmark'],
  ...['-progress', 'pipe:1', '-stats_period', String(STATS_SECONDS)],
  ...args,
];

/** ffmpeg tells its user and system time at its end. */
function secondsOf(line: string): number {
  const [, user, system] = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(line) ?? [];
  return user === undefined ? 0 : Number(user) + Number(system);
}

function failure(exit: FfmpegExit, { isOwnWork = false }: FfmpegRun): Error {
  const found = inputFaultOf(exit.tail.filter((line) => !line.includes('while decoding stream')));
  const code = found === undefined || (isOwnWork && found !== 'scratch-full') ? 'encode-failed' : found;
  const how = exit.exitCode === 0 ? 'without getting to the end' : `with ${exit.exitCode ?? 'a signal'}`;
  return fault(code, `ffmpeg ended ${how}: ${lastError(exit.tail)}`, details(exit));
}

const lastError = (tail: readonly string[]): string =>
  redact(tail.findLast((line) => /\[(?:error|fatal|panic)\]/.test(line)) ?? tail.at(-1) ?? 'it gave no reason');

const details = ({ command, tail }: FfmpegExit) => ({ command, tail });
