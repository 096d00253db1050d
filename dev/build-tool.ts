import { basename } from 'node:path';
import { fault } from '../contracts/errors.js';
import { describeExit, startChild, type ChildOptions } from './child.js';
import { lastLines } from './last-lines.js';

/** Runs a program of a build to its end; what it prints goes to the log, and its last lines into the failure. */
export async function runBuildTool({ signal, ...options }: ChildOptions & { signal?: AbortSignal | undefined }) {
  const child = startChild(options);
  const stop = () => void child.stop();
  signal?.addEventListener('abort', stop);
  const exit = await child.exited.finally(() => signal?.removeEventListener('abort', stop));
  signal?.throwIfAborted();
  if (exit.code === 0) return;
  const tail = await lastLines(child.log);
  const program = basename(options.command[0]);
  throw fault('stack-failed', `${options.name}: ${program} ended with ${describeExit(exit)}; its log is ${child.log}`, {
    tail,
  });
}
