import { fault, problemOf } from '../contracts/errors.js';
import { holdsToConditions } from '../adapters/object-store/holds-to-conditions.js';
import type { RoleDeps } from './open-role.js';

type Checking = Pick<RoleDeps, 'log'> & {
  config: Pick<RoleDeps['config'], 'unconditionalStore'>;
  adapters: { stores: readonly Pick<RoleDeps['adapters']['store'], 'put' | 'url'>[] };
};

/**
 * No worker runs on a store in which the last writer wins, unless that is allowed. One that cannot be asked now is none:
 * frames wait for it.
 */
export async function checkStores({ adapters, config, log }: Checking): Promise<void> {
  for (const store of adapters.stores) {
    const where = store.url('x').slice(0, -1);
    try {
      if (await holdsToConditions(store)) continue;
    } catch (error) {
      const problem = problemOf(error);
      if (problem?.code === 'store-unconditional') throw error;
      log.warn({ code: problem?.code, where }, 'the store cannot be asked whether the first writer wins');
      continue;
    }
    const failure = fault('store-unconditional', `${where} does not hold to If-None-Match: the last writer wins`);
    if (config.unconditionalStore === 'refuse') throw failure;
    log.error({ code: 'store-unconditional', where }, failure.message);
  }
}
