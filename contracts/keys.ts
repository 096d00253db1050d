import type { StreamRef } from './ids.js';
import type { Size } from './stream.js';

export interface SessionRef extends StreamRef {
  sessionId: string;
}

/** Object keys: made of what is captured, never of an attempt or a clock, so that writing twice writes the same. */
export const sessionPrefix = ({ tenant, streamId, sessionId }: SessionRef): string =>
  `${tenant}/frames/${streamId}/${sessionId}/`;

export function frameKey(session: SessionRef, { slotMs, size }: { slotMs: number; size?: Size }): string {
  const hour = new Date(slotMs).toISOString();
  const variant = size ? `_${size.width}x${size.height}` : '';
  return `${sessionPrefix(session)}${hour.slice(0, 10)}/${hour.slice(11, 13)}/${slotMs}${variant}.jpg`;
}

export const latestKey = ({ tenant, streamId }: StreamRef): string => `${tenant}/latest/${streamId}.jpg`;

export const ledgerPrefix = ({ tenant, streamId, sessionId }: SessionRef): string =>
  `${tenant}/ledger/${streamId}/${sessionId}/`;

export const ledgerKey = (session: SessionRef, epoch: number): string => `${ledgerPrefix(session)}${epoch}.json`;

export const sessionLedgerKey = (session: SessionRef): string => `${ledgerPrefix(session)}session.json`;
