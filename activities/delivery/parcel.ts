import type { Frame } from '../frames/frame.js';
import type { Spool, SpooledFrame } from './spool.js';

/** A frame on its way, and how far it has come. Its bytes are in the spool, or here where that cannot be written. */
export interface Parcel {
  frame: Frame;
  everyMs: number;
  /** Left behind by an earlier process. */
  isLate: boolean;
  content: { at: 'spool'; spooled: SpooledFrame } | { at: 'memory'; images: readonly Buffer[]; sizeBytes: number };
  /** When it is too old to be tried again, on the monotonic clock of this process. */
  expiresAtMs: number;
  attempts: number;
  /** Unix milliseconds; undefined while nothing has failed. */
  firstFailedAtMs?: number;
  storedIn?: 'primary' | 'backup';
  /** For the capture, which shows by it that it lives. */
  onAttempt(): void;
  resolve(outcome: Outcome): void;
  reject(reason: unknown): void;
}

/** How a delivery ends; `shed` and `dead-lettered` slots are gaps. */
export type Outcome = 'stored' | 'shed' | 'dead-lettered';

export const imagesOf = (parcel: Parcel, spool: Spool): Promise<readonly Buffer[]> =>
  parcel.content.at === 'memory' ? Promise.resolve(parcel.content.images) : spool.read(parcel.content.spooled);
