import { fault } from '../contracts/errors.js';
import type { HostLease } from './host/host-lease.js';

/** Says that this process lives; fails in another process of the host's name. */
export const createAnswerForHost = ({ kind, instance }: Pick<HostLease, 'kind' | 'instance'>) =>
  async function answerForHost(wanted: { instance: string }): Promise<void> {
    if (wanted.instance !== instance) throw fault(`${kind}-not-found`, `process ${wanted.instance} is gone`);
  };
