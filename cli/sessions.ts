import type { Reelay } from '../client/connect.js';
import { adoptStack } from './stack-environment.js';

type Work<Result> = (reelay: Reelay) => Promise<Result>;

/** Gives the work a connection to Temporal, and closes it after. */
export async function withReelay<Result>(work: Work<Result>): Promise<Result> {
  await adoptStack();
  const { connect } = await connecting();
  return closing(await connect(), work);
}

/** The same for work that reads the store and the event log alone, which needs no Temporal. */
export async function withStores<Result>(work: Work<Result>): Promise<Result> {
  await adoptStack();
  const { openReelay } = await connecting();
  return closing(openReelay(), work);
}

async function closing<Result>(reelay: Reelay, work: Work<Result>): Promise<Result> {
  try {
    return await work(reelay);
  } finally {
    await reelay.close();
  }
}

// Loaded when it is used: to print its help a command needs no library of Temporal.
const connecting = () => import('../client/connect.js');
