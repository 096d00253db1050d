import { condition, proxyActivities } from '@temporalio/workflow';
import type { StreamActivities } from '../../activities/index.js';
import type { EndReason, LedgerCounts } from '../../contracts/ledger.js';
import type { Holder } from './holder.js';
import { RECORD } from '../policies.js';
import { sessionOf } from './steps.js';

/** Sends the announcements one by one beside the stream's loop: an event log that is down must not hold up control. */
export function announceInOrder(holder: Holder): { finish(): Promise<void> } {
  let isOver = false;
  const sending = send();
  return {
    finish() {
      isOver = true;
      return sending;
    },
  };

  async function send(): Promise<void> {
    for (;;) {
      await condition(() => isOver || holder.machine.announcements.length > 0);
      const [next] = holder.machine.announcements;
      if (!next) return;
      const { publishStreamEvent } = proxyActivities<StreamActivities>({
        ...RECORD,
        summary: `announce: ${next.kind}`,
      });
      await publishStreamEvent({ ...sessionOf(holder.machine), ...next });
      holder.machine = { ...holder.machine, announcements: holder.machine.announcements.slice(1) };
    }
  }
}

export async function announceEnd(
  { machine }: Holder,
  { reason, counts }: { reason: EndReason; counts: LedgerCounts },
): Promise<void> {
  const { publishStreamEvent } = proxyActivities<StreamActivities>({ ...RECORD, summary: 'announce: ended' });
  const { epoch, policy } = machine;
  await publishStreamEvent({
    ...sessionOf(machine),
    ...{ kind: 'ended', occurrence: 0, atMs: Date.now(), epoch, everyMs: policy.everyMs, reason, counts },
  });
}
