import type { StreamActivities } from '../../activities/index.js';
import type { StreamEventInput } from '../../activities/publish-stream-event.js';
import type { SealInput } from '../../activities/seal-session.js';
import { fault } from '../../contracts/errors.js';
import type { LedgerCounts } from '../../contracts/ledger.js';
import type { HostInstance } from '../../contracts/messages.js';

export const COUNTS: LedgerCounts = { due: 9, stored: 8, gaps: 1 };

/** The short activities of streams, noted by stream; the event log can be taken down. */
export interface FakeRecords {
  isLogDown: boolean;
  published(streamId: string): StreamEventInput[];
  sealed(streamId: string): SealInput[];
  /** Hosts that were reported as lost. */
  lost: HostInstance[];
  activities: StreamActivities;
}

export function fakeRecords(): FakeRecords {
  const events: StreamEventInput[] = [];
  const seals: SealInput[] = [];
  const lost: HostInstance[] = [];
  const records: FakeRecords = {
    lost,
    isLogDown: false,
    published: (streamId) => events.filter((event) => event.streamId === streamId),
    sealed: (streamId) => seals.filter(({ session }) => session.streamId === streamId),
    activities: {
      async publishStreamEvent(event) {
        if (records.isLogDown) throw fault('events-unreachable', 'the log is down');
        events.push(event);
      },
      async sealSession(input) {
        seals.push(input);
        return COUNTS;
      },
      async reportHostLost(host) {
        return lost.push(host);
      },
    },
  };
  return records;
}
