import { reapProcesses, recordedProcesses, isGoneWithin } from '../dev/process-records.js';
import { readClaim, releaseHome } from '../dev/stack-claim.js';

/** Workers have 30 s to end their captures, and servers 10 s after them. */
const STOP_DEADLINE_MS = 60_000;

/** Stops the stack of this home and returns what ran, by name; resolves when all of it is gone. */
export async function runDown(home: string): Promise<string[]> {
  const owner = await readClaim(home);
  const running = recordedProcesses(home).map(({ name }) => name);
  if (owner !== undefined) {
    process.kill(owner.pid, 'SIGTERM');
    if (!(await isGoneWithin(owner, STOP_DEADLINE_MS))) process.kill(owner.pid, 'SIGKILL');
  }
  await reapProcesses(home);
  await releaseHome(home);
  return owner === undefined ? running : ['up', ...running];
}
