import assert from 'node:assert/strict';
import pino from 'pino';
import { fault, problemOf } from '../../contracts/errors.js';
import { checkStores } from '../../workers/check-stores.js';

type Put = () => Promise<'written' | 'exists'>;

/** Stores that answer each put so, and what is logged of them. */
async function checking(put: Put, unconditionalStore: 'refuse' | 'allow' = 'refuse'): Promise<string[]> {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  await checkStores({
    adapters: { stores: [{ put, url: (key) => `s3://bucket/${key}` }] },
    config: { unconditionalStore },
    log,
  });
  return lines;
}

const holding = (): Put => {
  const answers = ['written', 'exists'] as const;
  let puts = 0;
  return () => Promise.resolve(answers[puts++] ?? 'exists');
};
const ignoring: Put = () => Promise.resolve('written');
const away: Put = () => Promise.reject(fault('store-unreachable', 'away'));
const knowingNone: Put = () => Promise.reject(fault('store-unconditional', '501'));
const isUnconditional = (error: unknown): boolean => problemOf(error)?.code === 'store-unconditional';

describe('the check of stores at the start of a worker', () => {
  it('says nothing where the first writer wins', async () => assert.deepEqual(await checking(holding()), []));

  it('refuses a store that ignores conditions', () => assert.rejects(checking(ignoring), isUnconditional));

  it('refuses a store that knows no conditions', () => assert.rejects(checking(knowingNone), isUnconditional));

  it('allows it where that is wanted, loudly', async () =>
    assert.match((await checking(ignoring, 'allow')).join(), /"level":50.*store-unconditional/));

  it('goes on where the store is away', async () => assert.match((await checking(away)).join(), /store-unreachable/));
});
