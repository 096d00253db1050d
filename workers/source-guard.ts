import type { HostGuard } from '../adapters/network/host-guard.js';
import { fault } from '../contracts/errors.js';

interface GuardOptions {
  guard: Pick<HostGuard, 'check'>;
  allowFile: boolean;
}

/**
 * Rejects a source that this host must not pull: a local file, and an address or a name of a network that is not to be
 * reached, unless they are allowed. It spares such a source a process; what is connected to is checked again, each time.
 */
export function createSourceGuard({ guard, allowFile }: GuardOptions): (source: string) => Promise<void> {
  return async (source) => {
    const url = new URL(source);
    if (url.protocol !== 'file:') return guard.check(url);
    if (allowFile) return;
    throw fault(
      'source-scheme-unsupported',
      'source scheme "file" is for tests and demonstrations: expected rtmp, http or rtsp; REELAY_SOURCES_ALLOW_FILE=1 allows it',
    );
  };
}
