import { setTimeout as delay } from 'node:timers/promises';
import { isDenied, isOfOneRecord } from './kafka-fault.js';
import type { PendingRecord } from './pending-record.js';

/** Well under the 1 MB that a broker takes by default. */
const MAX_BATCH_BYTES = 256 * 1024;
const MAX_BATCH_RECORDS = 500;
const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 1000;

/**
 * Records that keep their order: one batch is under way, the others wait. What fails for a passing reason goes back to
 * the front until it is settled from outside, by its deadline; a record that is refused is refused
 * alone.
 */
export class SendLane {
  private queue: PendingRecord[] = [];
  private isWorking = false;

  constructor(private readonly work: (batch: PendingRecord[]) => Promise<void>) {}

  add(record: PendingRecord): void {
    this.queue.push(record);
    if (!this.isWorking) void this.drain();
  }

  private async drain(): Promise<void> {
    this.isWorking = true;
    let delayMs = FIRST_DELAY_MS;
    for (let batch = this.take(); batch.length > 0; batch = this.take()) {
      try {
        await this.work(batch);
        delayMs = FIRST_DELAY_MS;
      } catch (error) {
        const failure = error as Error;
        if (isDenied(failure)) {
          this.refuse(batch, failure);
        } else {
          this.queue.unshift(...batch);
          await delay(delayMs);
          delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
        }
      }
    }
    this.isWorking = false;
  }

  private refuse(batch: PendingRecord[], failure: Error): void {
    if (batch.length === 1 || !isOfOneRecord(failure)) {
      for (const record of batch) record.settle(failure);
    } else {
      for (const record of batch) record.travelsAlone = true;
      this.queue.unshift(...batch);
    }
  }

  private take(): PendingRecord[] {
    this.queue = this.queue.filter(({ isSettled }) => !isSettled);
    let sizeBytes = 0;
    const end = this.queue.findIndex((record, index) => {
      sizeBytes += record.sizeBytes;
      if (index === 0) return false;
      const isFull = index === MAX_BATCH_RECORDS || sizeBytes > MAX_BATCH_BYTES;
      return isFull || record.travelsAlone || this.queue[0]?.travelsAlone;
    });
    return this.queue.splice(0, end === -1 ? this.queue.length : end);
  }
}
