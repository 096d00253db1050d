import type { ObjectStore } from './object-store.js';

/** Stays where it is: were it removed, a second program that asks at the same moment would be told wrongly. */
const KEY = '.reelay-first-writer';
const BODY = Buffer.from('put twice, to see that the second put changes nothing\n');

/** Whether the first writer of an object wins; a server that ignores the condition answers as if it had. */
export async function holdsToConditions(store: Pick<ObjectStore, 'put'>): Promise<boolean> {
  const claim = () => store.put(KEY, BODY, { contentType: 'text/plain', ifAbsent: true });
  await claim();
  return (await claim()) === 'exists';
}
