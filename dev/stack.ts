import { keepRunning, stopKept, type Kept } from './keep-running.js';
import { startKafka } from './kafka.js';
import type { PortChoice } from './ports.js';
import { reapProcesses } from './process-records.js';
import { startRtmp } from './rtmp.js';
import { startS3 } from './s3.js';
import type { Server, ServerOptions } from './server.js';
import { addressesOf, type StackAddresses } from './stack-addresses.js';
import { runStep, type OnStep } from './steps.js';
import { startTemporal, useTemporal } from './temporal.js';

export interface StackOptions {
  /** All state is in this folder: a later start in it goes on where the last one ended. */
  home: string;
  /** Kafka and S3 as servers; else objects and events are in folders. */
  full: boolean;
  onStep: OnStep;
  /** Told what ended by itself and what was started again. */
  onNotice: (notice: string) => void;
  signal?: AbortSignal;
}

export interface Stack {
  addresses: StackAddresses;
  stop(): Promise<void>;
}

/** Starts the servers side by side, and keeps them running; where one fails to start, none is left. */
export async function startStack({ home, full, onStep, onNotice, signal }: StackOptions): Promise<Stack> {
  const given = { store: process.env['REELAY_STORE'], events: process.env['REELAY_EVENTS'] };
  const left = await reapProcesses(home);
  if (left.length > 0) onNotice(`ended what an earlier run left: ${left.map(({ name }) => name).join(', ')}`);
  const failure = new AbortController();
  const kept: Promise<Kept<Server>>[] = [];

  async function keep<Running extends Server>(name: string, start: (options: ServerOptions) => Promise<Running>) {
    let ports: PortChoice = 'usual';
    const keeping = runStep({ name, onStep }, (report) =>
      keepRunning({
        name,
        start: async (stopping) => {
          const server = await start({ home, ports, report, signal: AbortSignal.any([stopping, failure.signal]) });
          ports = 'same';
          return server;
        },
        onNotice,
        signal,
      }),
    );
    kept.push(keeping);
    return (await keeping).first;
  }

  const stop = () => stopKept(kept);

  try {
    const [temporal, rtmp, kafka, s3] = await Promise.all([
      keep('temporal', process.env['TEMPORAL_ADDRESS'] ? useTemporal : startTemporal),
      keep('rtmp', startRtmp),
      full && !given.events ? keep('kafka', startKafka) : undefined,
      full && !given.store ? keep('s3', startS3) : undefined,
    ]);
    return { addresses: addressesOf({ temporal, rtmp, kafka, s3 }, { home, given }), stop };
  } catch (error) {
    failure.abort(error);
    await stop();
    throw error;
  }
}
