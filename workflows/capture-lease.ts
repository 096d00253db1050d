import { proxyActivities } from '@temporalio/workflow';
import type { StreamActivities } from '../activities/index.js';
import type { HostInstance } from '../contracts/messages.js';
import { keepHostLease, type HostLeaseInput } from './kit/host-lease.js';
import { HOST_LOST } from './policies.js';

/** The life of one host that captures. When it is over, the streams that name the host are told, and go on elsewhere. */
export const captureLease = (input: HostLeaseInput): Promise<void> =>
  keepHostLease(input, { kind: 'capture', tellOfLoss });

async function tellOfLoss(lost: HostInstance): Promise<void> {
  const { reportHostLost } = proxyActivities<StreamActivities>({ ...HOST_LOST, summary: `${lost.host} is gone` });
  await reportHostLost(lost);
}
