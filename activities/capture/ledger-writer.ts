import pRetry from 'p-retry';
import { ledgerKey, type SessionRef } from '../../contracts/keys.js';
import type { LedgerPart } from '../../contracts/ledger.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';

/** Writes a capture's part of the ledger now and then, one put at a time. */
export interface LedgerWriter {
  /** The account has moved on; it is written at once the first time, then after the interval. */
  touch(): void;
  /** Writes the part as it stands; resolves when the store has it. */
  flush(): Promise<void>;
}

interface LedgerStart {
  store: ObjectStore;
  session: SessionRef;
  epoch: number;
  part(): LedgerPart;
  closing: AbortSignal;
  onAttempt(): void;
}

/** What a crash may cost the ledger; the frames of that time are found again in the store. */
const WRITE_EVERY_MS = 10_000;

export function createLedgerWriter({ store, session, epoch, part, closing, onAttempt }: LedgerStart): LedgerWriter {
  let timer: NodeJS.Timeout | undefined;
  let lastMs = -Infinity;
  let writing: Promise<void> = Promise.resolve();

  return {
    touch() {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          void write().catch(() => undefined); // The next one or the flush makes it good.
        },
        Math.max(0, lastMs + WRITE_EVERY_MS - performance.now()),
      );
    },
    async flush() {
      clearTimeout(timer);
      await pRetry(write, {
        retries: Infinity,
        minTimeout: 200,
        maxTimeout: 5000,
        randomize: true,
        signal: closing,
        onFailedAttempt: onAttempt,
      });
    },
  };

  function write(): Promise<void> {
    lastMs = performance.now();
    const put = () =>
      store.put(ledgerKey(session, epoch), Buffer.from(JSON.stringify(part())), { contentType: 'application/json' });
    return (writing = writing.then(put, put));
  }
}
