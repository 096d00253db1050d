import pRetry from 'p-retry';
import type { LedgerPart } from '../../contracts/ledger.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { writePart } from '../../records/ledger-parts.js';
import { beatWhile } from './keep-trying.js';

/** Writes a capture's part of the ledger now and then, one put at a time. */
export interface LedgerWriter {
  /** The account has moved on; it is written at once the first time, then after the interval. */
  touch(): void;
  /** The same, for what a crash must not cost, such as a change of rate: it is written without waiting for the interval. */
  touchNow(): void;
  /** Writes the part as it stands; resolves when the store has it. */
  flush(): Promise<void>;
}

interface LedgerStart {
  store: ObjectStore;
  part(): LedgerPart;
  everyMs?: number | undefined;
  closing: AbortSignal;
  onAttempt(): void;
}

/** What a crash may cost the ledger; the frames of that time are found again in the store. */
export const DEFAULT_LEDGER_EVERY_MS = 10_000;

export function createLedgerWriter({
  store,
  part,
  everyMs = DEFAULT_LEDGER_EVERY_MS,
  closing,
  onAttempt,
}: LedgerStart): LedgerWriter {
  let timer: NodeJS.Timeout | undefined;
  let lastMs = -Infinity;
  let writing: Promise<unknown> = Promise.resolve();
  /** A write that has not begun, and so will hold whatever is new by then. */
  let next: Promise<unknown> | undefined;

  return {
    touch() {
      timer ??= setTimeout(writeSoon, Math.max(0, lastMs + everyMs - performance.now()));
    },
    touchNow: writeSoon,
    async flush() {
      clearTimeout(timer);
      const written = pRetry(write, {
        retries: Infinity,
        minTimeout: 200,
        maxTimeout: 5000,
        randomize: true,
        signal: closing,
        onFailedAttempt: onAttempt,
      });
      await beatWhile(written, onAttempt);
    },
  };

  function writeSoon(): void {
    clearTimeout(timer);
    timer = undefined;
    void write().catch(() => undefined); // The next one or the flush makes it good.
  }

  function write(): Promise<unknown> {
    lastMs = performance.now();
    const put = () => {
      next = undefined;
      return writePart(store, part());
    };
    return (next ??= writing = writing.then(put, put));
  }
}
