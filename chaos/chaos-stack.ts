import { startFaultProxy, type FaultProxy } from '../dev/fault-proxy.js';
import { createBucket } from '../dev/bucket.js';
import { startKafka, type ProxiedKafka } from '../dev/kafka.js';
import { LOOPBACK } from '../dev/ports.js';
import { startRtmp, type RtmpServer } from '../dev/rtmp.js';
import { startS3, type S3Server } from '../dev/s3.js';
import { addressesOf, type StackAddresses } from '../dev/stack-addresses.js';
import { runStep, type OnStep } from '../dev/steps.js';
import { startTemporal, type TemporalServer } from '../dev/temporal.js';
import { createTopics } from '../dev/topics.js';
import { startSwitchable, type Switchable } from './switchable.js';
import type { Service } from './row.js';

/** The workers of a row: each finds the servers through proxies of its own. */
export const PROCESSES = ['workflow', 'a', 'b', 'transcode', 'other'] as const;
export type ProcessName = (typeof PROCESSES)[number];
export type Links = Record<Service, FaultProxy>;

export const BACKUP_BUCKET = 'reelay-backup';

export interface ChaosStack {
  /** Straight, for those who watch. */
  addresses: StackAddresses;
  addressesFor(process: ProcessName): StackAddresses;
  links: Record<ProcessName, Links>;
  servers: ChaosServers;
  /** Everything passes and every server runs, as before the first row. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChaosServers {
  temporal: Switchable<TemporalServer>;
  store: Switchable<S3Server>;
  events: Switchable<ProxiedKafka>;
  rtmp: Switchable<RtmpServer>;
}

interface StackOptions {
  home: string;
  onStep: OnStep;
  signal: AbortSignal;
}

/** Starts the real servers and, between them and each worker, proxies that can spoil what passes. */
export async function startChaosStack({ home, onStep, signal }: StackOptions): Promise<ChaosStack> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((each) => each()));
  };
  try {
    const servers: Partial<ChaosServers> = {};
    const links = await openLinks(servers);
    stops.push(...Object.values(links).flatMap((of) => Object.values(of).map((link) => () => link.close())));
    const keep = async <Name extends keyof ChaosServers>(name: Name, start: () => Promise<ChaosServers[Name]>) => {
      const server = await runStep({ name, onStep }, start);
      servers[name] = server;
      stops.push(() => server.stop());
    };
    const options = { home, signal };
    const advertisedPorts = PROCESSES.map((process) => links[process].events.port);
    const started = await Promise.allSettled([
      keep('temporal', () => startSwitchable((ports) => startTemporal({ ...options, ports }))),
      keep('store', () => startSwitchable((ports) => startS3({ ...options, ports }))),
      keep('events', () => startSwitchable((ports) => startKafka({ ...options, ports, advertisedPorts }))),
      keep('rtmp', () => startSwitchable((ports) => startRtmp({ ...options, ports }))),
    ]);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    return await assemble({ servers: servers as ChaosServers, links, home, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

type Parts = { servers: ChaosServers; links: Record<ProcessName, Links>; home: string; stop: () => Promise<void> };

async function assemble({ servers, links, home, stop }: Parts): Promise<ChaosStack> {
  const { temporal, store, events, rtmp } = servers;
  await createBucket(BACKUP_BUCKET, store.current());
  const running = {
    temporal: temporal.current(),
    s3: store.current(),
    kafka: events.current(),
    rtmp: rtmp.current(),
  };
  const addressesFor = (process: ProcessName): StackAddresses => {
    const { temporal, store, events } = links[process];
    return addressesOf(
      {
        ...running,
        temporal: { ...running.temporal, address: `${LOOPBACK}:${temporal.port}` },
        s3: { ...running.s3, endpoint: `http://${LOOPBACK}:${store.port}` },
        kafka: { ...running.kafka, brokers: [`${LOOPBACK}:${events.port}`] },
      },
      { home },
    );
  };
  const heal = async (): Promise<void> => {
    await Promise.all(
      Object.values(links).flatMap((of) => Object.values(of).map((link) => link.set({ kind: 'pass' }))),
    );
    await Promise.all(Object.values(servers).map((server: ChaosServers[keyof ChaosServers]) => server.start()));
    await createTopics(events.current().brokers);
  };
  return { addresses: addressesOf(running, { home }), addressesFor, links, servers, heal, stop };
}

async function openLinks(servers: Partial<ChaosServers>): Promise<Record<ProcessName, Links>> {
  const portOf = (address = ''): number => Number(address.split(':').at(-1));
  const open = async (process: ProcessName): Promise<[ProcessName, Links]> => {
    const index = PROCESSES.indexOf(process);
    const [temporal, store, events] = await Promise.all([
      startFaultProxy({ target: () => portOf(servers.temporal?.current().address) }),
      startFaultProxy({ target: () => portOf(servers.store?.current().endpoint) }),
      startFaultProxy({ target: () => servers.events?.current().behind[index] ?? 0, speaks: 'kafka' }),
    ]);
    return [process, { temporal, store, events }];
  };
  return Object.fromEntries(await Promise.all(PROCESSES.map(open))) as Record<ProcessName, Links>;
}
