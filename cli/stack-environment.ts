import { resolve } from 'node:path';
import { readClaim } from '../dev/stack-claim.js';
import { workerEnv } from '../dev/worker-env.js';

/** `.reelay` where the command runs, unless REELAY_HOME names another folder. */
export const stackHome = (): string => resolve(process.env['REELAY_HOME'] || '.reelay');

/** Points this process at the local stack that runs here, wherever the environment does not say otherwise. */
export async function adoptStack(): Promise<void> {
  const home = stackHome();
  const claim = await readClaim(home);
  if (!claim?.addresses) return;
  for (const [name, value] of Object.entries(workerEnv(claim.addresses, { home }))) process.env[name] ??= value;
}
