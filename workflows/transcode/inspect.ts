import type { Inspection } from '../../contracts/transcode-work.js';
import { again, pieceActivities } from './pieces.js';
import { setStatus, type Task } from './task.js';

/** What the input is, what is to be made of it, and what of that is there already. */
export async function inspect(task: Task): Promise<Inspection> {
  const { inspectInput } = pieceActivities(task, 'look at the input');
  const started = { settings: task.settings, chunkMs: task.policy.chunkMs };
  const inspection = await again(
    () => inspectInput(started),
    () => undefined,
  );
  const { decision, durationMs, warnings } = inspection;
  Object.assign(task.state, { decision, durationMs, warnings: [...warnings] });
  task.inspection = inspection;
  setStatus(task, 'running');
  return inspection;
}
