import { setTimeout as sleep } from 'node:timers/promises';
import type { CaptureRegistry } from '../activities/capture/registry.js';

/** What another host may take to connect to a source; after that a capture that is to move ends here first. */
const RELAY_WITHIN_MS = 10_000;
/** What captures may take to deliver their last frames when the worker stops; below the workers' own force time. */
const DELIVER_WITHIN_MS = 20_000;

/** Has all captures relayed to other hosts, and hands over those that no host takes in time. */
export async function drainCaptures(
  { entries, idle }: CaptureRegistry,
  { closing }: { closing: AbortController },
): Promise<void> {
  setTimeout(() => {
    closing.abort();
  }, RELAY_WITHIN_MS + DELIVER_WITHIN_MS).unref();
  for (const { capture } of entries.values()) capture.wantRelay();
  await Promise.race([idle(), sleep(RELAY_WITHIN_MS, undefined, { ref: false })]);
  for (const { capture } of entries.values()) capture.stop('handover');
  await idle();
}
