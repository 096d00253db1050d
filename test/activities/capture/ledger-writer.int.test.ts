import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createLedgerWriter, type LedgerWriter } from '../../../activities/capture/ledger-writer.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import { ledgerKey } from '../../../contracts/keys.js';
import type { LedgerPart } from '../../../contracts/ledger.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { SESSION, T0 } from './frames.js';
import { createCounter, switchableStore, type Counter, type Switch } from './switchable.js';

interface Bench {
  writer: LedgerWriter;
  control: Switch;
  store: ObjectStore;
  puts: Counter;
  closing: AbortController;
  attempts: Counter;
}

describe('the writer of the ledger', () => {
  const folder = useTempFolder();
  let storedSlots = 0;

  function open(): Bench {
    storedSlots = 0;
    const files = fileObjectStore({ folder: join(folder(), 'store') });
    const { store, control } = switchableStore(files);
    const [puts, attempts] = [createCounter(), createCounter()];
    const closing = new AbortController();
    const writer = createLedgerWriter({
      closing: closing.signal,
      part,
      store: {
        ...store,
        put: (...put) =>
          store.put(...put).then((outcome) => {
            puts.add();
            return outcome;
          }),
      },
      onAttempt: () => {
        attempts.add();
      },
    });
    return { writer, control, store, puts, closing, attempts };
  }
  const part = (): LedgerPart => ({
    version: 1,
    ...SESSION,
    epoch: 7,
    host: 'here',
    fromMs: T0,
    untilMs: T0 + storedSlots * 1000,
    timeline: [],
    stored: [],
    gaps: [],
    updatedAtMs: T0,
    counts: { due: storedSlots, stored: storedSlots, gaps: 0 },
  });
  async function written({ store }: Bench): Promise<number> {
    const object = await store.get(ledgerKey(SESSION, 7));
    assert.equal(object?.contentType, 'application/json');
    return (JSON.parse(object.body.toString()) as LedgerPart).counts.stored;
  }

  it('writes at once the first time, and then no more often than it has to', async () => {
    const bench = open();
    storedSlots = 1;
    bench.writer.touch();
    await bench.puts.reached(1);
    for (storedSlots = 2; storedSlots < 50; storedSlots++) bench.writer.touch();
    assert.equal(await written(bench), 1);
    assert.equal(bench.puts.count, 1);
    await bench.writer.flush();
    assert.equal(await written(bench), 50);
    assert.equal(bench.puts.count, 2);
  });

  it('writes at once what must not wait, and once what comes while a write is under way', async () => {
    const bench = open();
    bench.writer.touch();
    await bench.puts.reached(1);
    storedSlots = 5;
    for (let turn = 0; turn < 10; turn++) bench.writer.touchNow();
    await bench.puts.reached(2);
    await bench.writer.flush();
    assert.equal(await written(bench), 5);
    assert.equal(bench.puts.count, 3);
  });

  it('flushes what stands at that moment, whether it was touched or not', async () => {
    const bench = open();
    storedSlots = 3;
    await bench.writer.flush();
    assert.equal(await written(bench), 3);
  });

  it('flushes until the store takes it, and shows that it lives', async () => {
    const bench = open();
    bench.control.isDown = true;
    const flushing = bench.writer.flush();
    await bench.attempts.reached(2);
    storedSlots = 9;
    bench.control.isDown = false;
    await flushing;
    assert.equal(await written(bench), 9);
  });

  it('does not mind a write that fails in between', async () => {
    const bench = open();
    bench.control.isDown = true;
    bench.writer.touch();
    await bench.control.failures.reached(1);
    bench.control.isDown = false;
    storedSlots = 4;
    await bench.writer.flush();
    assert.equal(await written(bench), 4);
  });

  it('gives a flush up when the worker closes', async () => {
    const bench = open();
    bench.control.isDown = true;
    const flushing = bench.writer.flush();
    await bench.attempts.reached(1);
    bench.closing.abort();
    await assert.rejects(flushing);
  });
});
