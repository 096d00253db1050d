import assert from 'node:assert/strict';
import { fullStack } from './full-stack.js';
import { processesWith, type RunningProcess } from './processes.js';

/** The capture workers of the stack: one, but for the moment in which one takes over from another. */
export async function captureWorkers(): Promise<RunningProcess[]> {
  const { home } = await fullStack();
  const ours = await processesWith(`REELAY_HOME=${home}`, { inEnvironment: true });
  return ours.filter(({ command }) => command.includes(' worker --roles capture '));
}

export async function captureWorker(): Promise<RunningProcess> {
  const [worker, ...others] = await captureWorkers();
  assert.ok(worker && others.length === 0, 'one capture worker runs');
  return worker;
}
