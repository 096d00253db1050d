import { once } from 'node:events';
import { connect } from 'node:net';
import pc from 'picocolors';
import { recordedProcesses, type ProcessRecord } from '../dev/process-records.js';
import type { StackAddresses } from '../dev/stack-addresses.js';
import { readClaim, type StackKind } from '../dev/stack-claim.js';
import { EXIT } from './exit-code.js';
import { printJson } from './output.js';
import { stackHome } from './stack-environment.js';
import { describeAddresses, say } from './stack-output.js';

interface StackPart {
  name: string;
  kind: 'server' | 'worker' | 'camera';
  pid: number;
  /** Where it listens. */
  address?: string;
  /** A server that takes connections; any other that runs. */
  isHealthy: boolean;
}

export interface StackStatus {
  home: string;
  /** `left-over`: what a stack that was killed has left, until `up` or `down`. */
  state: 'running' | 'starting' | 'left-over' | 'stopped';
  kind?: StackKind;
  addresses?: StackAddresses;
  parts: StackPart[];
}

const ANSWERS_WITHIN_MS = 2000;

/** Says what runs of the stack of this home, each process in a line. */
export async function showStackStatus({ json = false }: { json?: boolean }): Promise<void> {
  const status = await readStackStatus(stackHome());
  if (json) printJson(status);
  else if (status.state === 'stopped') say(`Nothing runs in ${status.home}.`);
  else console.log(describeStatus(status));
  if (status.state === 'stopped') process.exitCode = EXIT.notFound;
  else if (status.state === 'left-over' || status.parts.some(({ isHealthy }) => !isHealthy))
    process.exitCode = EXIT.failed;
}

async function readStackStatus(home: string): Promise<StackStatus> {
  const claim = await readClaim(home);
  const { kind, addresses } = claim ?? {};
  const parts = await Promise.all(recordedProcesses(home).map((record) => partOf(record, addresses)));
  parts.sort((a, b) => (a.name < b.name ? -1 : 1));
  const state = addresses ? 'running' : claim ? 'starting' : parts.length > 0 ? 'left-over' : 'stopped';
  return { home, state, ...(kind ? { kind } : {}), ...(addresses ? { addresses } : {}), parts };
}

async function partOf({ name, pid }: ProcessRecord, addresses: StackAddresses | undefined): Promise<StackPart> {
  const address = addresses && addressesByName(addresses)[name];
  const kind = name === 'camera' ? 'camera' : name.startsWith('worker-') ? 'worker' : 'server';
  return {
    name,
    kind,
    pid,
    ...(address ? { address } : {}),
    isHealthy: address ? await takesConnections(address) : true,
  };
}

const addressesByName = ({
  temporal,
  store,
  events,
  rtmp,
  http,
}: StackAddresses): Record<string, string | undefined> => ({
  temporal: temporal.address,
  kafka: events.url,
  s3: store.endpoint,
  rtmp: rtmp.url,
  http: http?.url,
});

async function takesConnections(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    return true;
  } catch {
    return false; // refused, or silent: that is the answer
  } finally {
    socket.destroy();
  }
}

const HEADINGS = {
  running: 'runs',
  starting: 'is starting',
  'left-over': 'was killed, and has left',
  stopped: '',
} as const;

function describeStatus({ home, state, kind, addresses, parts }: StackStatus): string {
  const flags = [...(kind?.full ? ['--full'] : []), ...(kind?.demo ? ['--demo'] : [])];
  const lines = parts.map(({ name, kind: of, pid, address = '', isHealthy }) =>
    `${isHealthy ? pc.green('✔') : pc.red('✖')} ${name.padEnd(18)}${of.padEnd(8)}${String(pid).padEnd(9)}${address}`.trimEnd(),
  );
  return [
    `The stack of ${home} ${HEADINGS[state]}${flags.length > 0 ? ` (${flags.join(' ')})` : ''}`,
    ...lines,
    ...(addresses ? ['', describeAddresses(addresses)] : []),
  ].join('\n');
}
