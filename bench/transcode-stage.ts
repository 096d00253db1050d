import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { startChaosStack, type ChaosStack } from '../chaos/chaos-stack.js';
import type { TranscodeRequest } from '../contracts/transcode.js';
import { startManagedWorker, type ManagedWorker } from '../chaos/managed-worker.js';
import type { Reelay } from '../client/connect.js';
import type { PieceHeartbeat } from '../contracts/transcode-work.js';
import type { FaultMode } from '../dev/fault-mode.js';
import { workerEnv } from '../dev/worker-env.js';
import { readConfig } from '../runtime/config.js';
import { openAdapters, type Adapters } from '../runtime/open-adapters.js';

/** Real servers, a workflow worker and one transcode worker; between the workers and the store there is a proxy. */
export interface TranscodeStage {
  home: string;
  scratch: string;
  reelay: Reelay;
  /** Straight to the servers. */
  adapters: Adapters;
  workflow: ManagedWorker;
  transcode: ManagedWorker;
  /** What the store is to both workers from now on. */
  spoilStore(mode: FaultMode): Promise<void>;
  /** Puts a file into the store; its address. */
  upload(key: string, path: string): Promise<string>;
  /** What the transcode worker has begun so far, in all its lives. */
  steps(): Promise<StageStep[]>;
  /** Exit code of a command that finds the stack. */
  command(...args: string[]): Promise<number | undefined>;
}

export interface StageStep {
  atMs: number;
  taskId: string;
  piece: string;
  attempt: number;
  stage: PieceHeartbeat['stage'];
}

export interface Findings {
  /** Lists are in the document alone. */
  figures: Record<string, string | number | undefined | readonly unknown[]>;
  /** What was claimed, and whether it holds. */
  claims: Record<string, boolean>;
}

const REELAY = fileURLToPath(new URL('../../bin/reelay', import.meta.url));

/** Runs a measurement on a stage of its own, of which nothing is left; prints what it found, exit code 1 where a claim fails. */
export async function onTranscodeStage(measure: (stage: TranscodeStage) => Promise<Findings>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'reelay-bench-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  try {
    const stage = await setStage(home, { closers, signal: interrupted.signal });
    const stopped = new Promise<never>((_, reject) =>
      interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason as Error)),
    );
    report(await Promise.race([measure(stage), stopped]));
  } finally {
    for (const close of closers.toReversed()) await close();
  }
  // The cleanup of Node 20 may wait for ever for connections that were reset, as a proxy does it.
  process.exit();
}

/** A task whose pictures are encoded, whatever its input is, and nothing else. */
export const encodeRequest = (taskId: string, url: string): TranscodeRequest => ({
  taskId,
  input: { url },
  profile: 'mp4-720p',
  remux: 'never',
  parameters: { thumbnails: false },
});

type Setting = { closers: (() => Promise<unknown>)[]; signal: AbortSignal };

async function setStage(home: string, { closers, signal }: Setting): Promise<TranscodeStage> {
  const stack = await startChaosStack({ home, onStep: ({ name, detail }) => say(`${name} ${detail}`), signal });
  closers.push(() => stack.stop());
  const connection = await Connection.connect({ address: stack.addresses.temporal.address });
  closers.push(() => connection.close());
  const temporal = new Client({ connection, namespace: stack.addresses.temporal.namespace });
  const env = workerEnv(stack.addresses, { home });
  // The SDK of the store reads its credentials nowhere else.
  Object.assign(process.env, env);
  const adapters = await openAdapters(readConfig());
  closers.push(() => adapters.close());
  const transcodeHome = join(home, 'transcode');
  const workers = await Promise.all([
    startWorker(stack, { role: 'workflow', home: join(home, 'workflow'), signal }),
    startWorker(stack, { role: 'transcode', home: transcodeHome, signal }),
  ]);
  closers.push(() => Promise.all(workers.map((worker) => worker.stop())));
  const [workflow, transcode] = workers;
  return {
    home,
    scratch: join(transcodeHome, 'scratch'),
    adapters,
    workflow,
    transcode,
    reelay: { temporal, adapters: async () => adapters, close: () => connection.close() },
    spoilStore: async (mode) =>
      void (await Promise.all([stack.links.workflow, stack.links.a].map((of) => of.store.set(mode)))),
    async upload(key, path) {
      await adapters.large.remove([key]);
      await adapters.large.putFile(key, { path, contentType: 'application/octet-stream' });
      return adapters.store.url(key);
    },
    steps: () => readSteps(join(transcodeHome, 'logs', 'worker-transcode.log')),
    async command(...args) {
      const { exitCode, stderr } = await execa(process.execPath, [REELAY, ...args], { env, reject: false });
      if (exitCode !== 0) say(`reelay ${args.join(' ')}: ${stderr}`);
      return exitCode;
    },
  };
}

function startWorker(
  stack: ChaosStack,
  { role, home, signal }: { role: 'workflow' | 'transcode'; home: string; signal: AbortSignal },
): Promise<ManagedWorker> {
  const addresses = stack.addressesFor(role === 'workflow' ? 'workflow' : 'a');
  return startManagedWorker({
    role,
    home,
    signal,
    command: [process.execPath, REELAY, 'worker'],
    onNotice: say,
    env: { ...workerEnv(addresses, { home }), REELAY_HOME: home, REELAY_LOG_LEVEL: 'debug' },
  });
}

async function readSteps(log: string): Promise<StageStep[]> {
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('"stage":'));
  return lines.map((line) => {
    const { time, ...step } = JSON.parse(line) as StageStep & { time: string };
    return { ...step, atMs: Date.parse(time) };
  });
}

export const say = (text: string): void => void process.stderr.write(`${text}\n`);

function report({ figures, claims }: Findings): void {
  const table = new Table({ head: ['what', 'found'] });
  for (const [what, found] of Object.entries(figures)) {
    if (typeof found !== 'object') table.push([what, String(found)]);
  }
  for (const [claim, holds] of Object.entries(claims)) table.push([claim, holds ? 'holds' : 'DOES NOT HOLD']);
  console.log(table.toString());
  console.log(JSON.stringify({ figures, claims }));
  if (Object.values(claims).includes(false)) process.exitCode = 1;
}

/** The ffmpegs that work in this folder, zombies apart. */
export async function ffmpegsIn(folder: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))); // it has ended
  return commands.filter((line) => {
    const [program = ''] = line.split('\0');
    return basename(program).startsWith('ff') && line.includes(folder);
  }).length;
}

export const seconds = (ms: number): number => Math.round(ms / 100) / 10;
