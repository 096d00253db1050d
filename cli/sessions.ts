import { connect, type Reelay } from '../client/connect.js';
import type { Adapters } from '../runtime/open-adapters.js';
import { adoptStack } from './stack-environment.js';

/** Gives the work a connection to Temporal and closes it after. */
export async function withReelay<Result>(work: (reelay: Reelay) => Promise<Result>): Promise<Result> {
  await adoptStack();
  const reelay = await connect();
  try {
    return await work(reelay);
  } finally {
    await reelay.close();
  }
}

/** Gives the work the store and the event log of the configuration and closes them after. */
export async function withAdapters<Result>(work: (adapters: Adapters) => Promise<Result>): Promise<Result> {
  await adoptStack();
  const [{ readConfig }, { openAdapters }] = await Promise.all([
    import('../runtime/config.js'),
    import('../runtime/open-adapters.js'),
  ]);
  const adapters = await openAdapters(readConfig());
  try {
    return await work(adapters);
  } finally {
    await adapters.close();
  }
}
