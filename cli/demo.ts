import { once } from 'node:events';
import { startStream, stopStream } from '../client/streams.js';
import type { StackAddresses } from '../dev/stack-addresses.js';
import { framesOf } from './stream-frames.js';
import { withReelay } from './sessions.js';

const STREAM = { streamId: 'demo', tenant: 'default' };

/** Captures the demo camera once a second and prints each frame, until told to stop. */
export async function runDemo({ temporal, rtmp, store }: StackAddresses, signal: AbortSignal): Promise<void> {
  const sinceMs = Date.now();
  await withReelay(async (reelay) => {
    await startStream(reelay, { ...STREAM, source: { url: `${rtmp.url}/demo` }, capture: { everyMs: 1000 } });
    console.log(
      [
        '',
        'Capturing the camera once a second. In another terminal, in this folder:',
        '  bin/reelay stream rate demo --every 250ms   four frames a second from the next slot on',
        '  bin/reelay stream show demo                 what it does now',
        '  bin/reelay verify stream demo               ledger, frames and events hold against each other',
        `The stream in Temporal: ${temporal.ui ?? temporal.address}/namespaces/default/workflows`,
        `The frames: ${store.url}`,
        '',
      ].join('\n'),
    );
    await Promise.race([
      framesOf(STREAM.streamId, { ...STREAM, follow: true, sinceMs }),
      signal.aborted || once(signal, 'abort'),
    ]);
    const { counts } = await stopStream(reelay, STREAM);
    console.log(`\nStopped: ${counts.stored} of ${counts.due} slots stored, ${counts.gaps} in gaps.`);
  });
}
