import type { Client } from '@temporalio/client';
import { confirmCapture } from '../activities/capture/confirm-capture.js';
import type { CaptureRegistry } from '../activities/capture/registry.js';
import { workflowsOfHost } from '../activities/host/workflows-of-host.js';
import { streamWorkflowId } from '../contracts/ids.js';

interface LeaseStart {
  client: Client;
  registry: CaptureRegistry;
  host: string;
  onError(error: unknown): void;
}

/** A capture whose stream was terminated ends within this and one query. */
const CHECK_EVERY_MS = 5000;

/**
 * Ends captures whose stream no longer runs: a terminated workflow cannot say so. And attaches those again whose stream
 * runs without naming this host: a message that it did not answer in time has made the stream give it up. One visibility
 * query a host finds the streams that name it; only the others, which may be news it has not heard yet, are asked for
 * one by one, and the older of two captures of one stream, which may be of a session that was terminated.
 */
export function watchStreamLeases({ client, registry, host, onError }: LeaseStart): { close(): void } {
  const timer = setInterval(() => void check().catch(onError), CHECK_EVERY_MS);
  return {
    close: () => {
      clearInterval(timer);
    },
  };

  async function check(): Promise<void> {
    if (registry.entries.size === 0) return;
    const running = new Set<string>();
    for await (const workflowId of workflowsOfHost(client, { kind: 'capture', host })) running.add(workflowId);
    const captures = [...registry.entries.values()];
    const newest = new Map(captures.map((entry) => [streamWorkflowId(entry.session), entry]));
    for (const entry of captures) {
      const workflowId = streamWorkflowId(entry.session);
      if (!running.has(workflowId) || newest.get(workflowId) !== entry) await confirmCapture(client, entry);
    }
  }
}
