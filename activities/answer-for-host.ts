import { fault } from '../contracts/errors.js';
import type { CaptureHost } from './capture/capture-host.js';

/** Says that this process lives; fails in another process of the host's name. */
export const createAnswerForHost = ({ instance }: Pick<CaptureHost, 'instance'>) =>
  async function answerForHost(wanted: { instance: string }): Promise<void> {
    if (wanted.instance !== instance) throw fault('capture-not-found', `process ${wanted.instance} is gone`);
  };
