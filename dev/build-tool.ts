import { basename } from 'node:path';
import { fault } from '../contracts/errors.js';
import { describeExit, startChild, type ChildOptions } from './child.js';
import { lastLines } from './last-lines.js';

export interface BuildToolOptions extends ChildOptions {
  /** How to do without this build: the end of a sentence. */
  otherwise?: string;
  signal?: AbortSignal | undefined;
}

/** Runs a program of a build to its end; what it prints goes to the log, and its last lines into the failure. */
export async function runBuildTool({ otherwise, signal, ...options }: BuildToolOptions): Promise<void> {
  const child = startChild(options);
  const stop = () => void child.stop();
  signal?.addEventListener('abort', stop);
  const exit = await child.exited.finally(() => signal?.removeEventListener('abort', stop));
  signal?.throwIfAborted();
  if (exit.code === 0) return;
  const program = basename(options.command[0]);
  const sentence = `${options.name}: ${program} ended with ${describeExit(exit)}; its log is ${child.log}`;
  throw fault('stack-failed', otherwise === undefined ? sentence : `${sentence}; else ${otherwise}`, {
    tail: await lastLines(child.log),
  });
}
