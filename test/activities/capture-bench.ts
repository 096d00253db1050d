import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createCaptureFrames } from '../../activities/capture-frames.js';
import type { CaptureHost } from '../../activities/capture/capture-host.js';
import { createCaptureRegistry } from '../../activities/capture/registry.js';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../adapters/event-log/file-source.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { TOPICS, type GapEvent } from '../../contracts/events.js';
import { ledgerKey } from '../../contracts/keys.js';
import type { LedgerPart } from '../../contracts/ledger.js';
import type { CaptureEnd, CaptureSegmentInput } from '../../contracts/messages.js';
import { parseStreamRequest, type StreamSettings } from '../../contracts/stream.js';
import { oneProcess } from '../../media/source/one-process.js';
import { openTestGateway } from '../harness/test-gateway.js';
import { FFMPEG } from '../media/clips.js';
import { SESSION } from './capture/frames.js';
import { policyOf, realMs } from './capture/scene.js';
import { openRig } from './delivery/rig.js';
import { fakeStreams } from './fake-streams.js';

/** Failures are asserted on, not shown. */
const QUIET = new DefaultLogger('ERROR');

export const SEGMENT_ID = 'segment';

export interface Beat {
  atMs: number;
  lastSlotMs: number;
  stored: number;
  host: string;
}

/** A capture host on a folder, its real store and event log, and the activity that runs on it. */
export async function openBench(folder: string, { host: change = {} }: { host?: Partial<CaptureHost> } = {}) {
  const store = fileObjectStore({ folder: join(folder, 'store') });
  const events = fileEventSink({ folder: join(folder, 'events') });
  const { delivery, spool, closing, close } = await openRig({ folder, store, events, maxBytes: 1e8, concurrency: 8 });
  const streams = fakeStreams();
  const registry = createCaptureRegistry();
  const host: CaptureHost = {
    ...{
      name: 'here',
      instance: 'i',
      takesCaptures: () => true,
      lease: { mayPublish: () => true },
      freezes: { last: () => undefined },
      pictures: oneProcess({ ffmpeg: FFMPEG, gateway: openTestGateway(), nowMs: realMs }),
      client: streams.client,
      store,
      events,
      registry,
      closing: closing.signal,
    },
    clock: { nowMs: realMs, scheduled: async () => undefined },
    checkSource: () => Promise.resolve(),
    delivery,
    ...change,
  };

  /** Starts the activity as a worker would. */
  function start(input: CaptureSegmentInput, { attempt = 1 }: { attempt?: number } = {}) {
    const execution = { workflowId: SEGMENT_ID, runId: 'run' };
    const environment = new MockActivityEnvironment({ attempt, workflowExecution: execution }, { logger: QUIET });
    const beats: Beat[] = [];
    environment.on('heartbeat', (details: Omit<Beat, 'atMs'>) => beats.push({ ...details, atMs: performance.now() }));
    const ended = environment.run(createCaptureFrames(host), input) as Promise<CaptureEnd>;
    ended.catch(() => undefined); // The test asks for it later.
    return { environment, beats, ended };
  }

  return {
    store,
    streams,
    registry,
    start,
    spool,
    async part(epoch = 1): Promise<LedgerPart | undefined> {
      const object = await store.get(ledgerKey(SESSION, epoch));
      return object && (JSON.parse(object.body.toString()) as LedgerPart);
    },
    async gaps(): Promise<GapEvent[]> {
      const source = fileEventSource({ folder: join(folder, 'events') });
      const found: GapEvent[] = [];
      for await (const { data } of source.read(TOPICS.streams, {})) found.push(data as GapEvent);
      return found;
    },
    async close(): Promise<void> {
      await close();
      await Promise.all([store.close(), events.close()]);
    },
  };
}

export const inputOf = (
  url: string,
  {
    everyMs = 500,
    ...change
  }: Partial<CaptureSegmentInput> & { everyMs?: number; source?: Partial<StreamSettings['source']> } = {},
): CaptureSegmentInput => {
  const { source, ...input } = change;
  const settings = parseStreamRequest({ streamId: SESSION.streamId, source: { url, ...source }, capture: { everyMs } });
  return { session: SESSION, epoch: 1, settings, policy: policyOf(everyMs), ...input };
};
