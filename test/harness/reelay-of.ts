import type { Client } from '@temporalio/client';
import type { Reelay } from '../../client/connect.js';

type Adapters = Awaited<ReturnType<Reelay['adapters']>>;

/** A Reelay of the parts that a test has; the parts that it lacks are not there to be used. */
export const reelayOf = ({ temporal, ...parts }: { temporal?: Client } & Partial<Omit<Adapters, 'store'>>): Reelay => ({
  temporal: temporal as Client,
  adapters: async () => ({ ...parts, store: parts.stores?.[0] }) as Adapters,
  close: async () => {},
});
