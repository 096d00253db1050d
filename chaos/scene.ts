import { join } from 'node:path';
import type { Reelay } from '../client/connect.js';
import { describeStream } from '../client/streams.js';
import { providePreviousRelease } from '../dev/previous-release.js';
import { workerEnv } from '../dev/worker-env.js';
import { BACKUP_BUCKET, type ProcessName } from './chaos-stack.js';
import { openFakedClock } from './faked-clock.js';
import { startManagedWorker } from './managed-worker.js';
import { openOtherNamespace, OTHER_NAMESPACE } from './other-namespace.js';
import { startPublisher } from './publishers.js';
import type { Row, Target } from './row.js';
import { startTask } from './scene-task.js';
import { mountSmallDisk } from './small-disk.js';
import type { ReelayCommand, Scene, ChaosStage } from './stage.js';

export const newScene = ({ home }: ChaosStage, row: Row): Scene => {
  const folder = join(home, 'rows', row.name);
  return {
    row,
    folder,
    workers: {},
    disks: {},
    publishers: [],
    streams: [],
    busiest: 'a',
    backupEnv: backupOf(row, folder),
  };
};

/** Starts what a row needs; what has been started where it fails is in the scene, to be closed. */
export async function setScene(stage: ChaosStage, scene: Scene): Promise<void> {
  const { row } = scene;
  if (row.hasOtherNamespace) scene.other = await openOtherNamespace(stage);
  if (row.hasClock) scene.clock = await openFakedClock(join(stage.home, `${row.name}.faketime`));
  const command = await firstCommand(stage, row);
  await addWorkers(stage, { scene, command });
  await addStreams(stage, scene);
  if (row.taskSeconds !== undefined) await startTask(stage, { scene, seconds: row.taskSeconds, command });
}

/** Ends every worker, and only then starts those of this release, on the state that is left. */
export async function upgradeWorkers(stage: ChaosStage, scene: Scene): Promise<void> {
  await Promise.all(Object.values(scene.workers).map((worker) => worker.stop()));
  await addWorkers(stage, { scene, command: stage.reelayCommand });
}

const firstCommand = async ({ reelayCommand, onNotice, signal }: ChaosStage, row: Row): Promise<ReelayCommand> =>
  row.startsWithPrevious
    ? [process.execPath, await providePreviousRelease({ report: onNotice, signal })]
    : reelayCommand;

/** It knows no lists of networks yet. */
const ENV_OF_PREVIOUS = { REELAY_SOURCES_ALLOW_PRIVATE: '1' };

interface Adding {
  scene: Scene;
  command: ReelayCommand;
}

async function addWorkers(stage: ChaosStage, { scene, command }: Adding): Promise<void> {
  const { workers, taskSeconds } = scene.row;
  const names: ProcessName[] = ['workflow', 'a', ...(workers === 2 ? (['b'] as const) : [])];
  if (scene.other) names.push('other');
  else if (taskSeconds !== undefined) names.push('transcode');
  const adding = names.map((name) => addWorker(stage, { scene, command, name }));
  for (const added of await Promise.allSettled(adding)) if (added.status === 'rejected') throw added.reason;
}

export async function closeScene({ workers, publishers, hostile, disks, other }: Scene): Promise<void> {
  // While workers are there to hear that its streams have ended.
  const before = await Promise.allSettled([hostile?.close()]);
  const after = await Promise.allSettled([
    ...Object.values(workers).map((worker) => worker.stop()),
    ...publishers.map((publisher) => publisher.stop()),
  ]);
  await other?.close();
  await Promise.all(Object.values(disks).map((disk) => disk.remove()));
  for (const end of [...before, ...after]) if (end.status === 'rejected') throw end.reason;
}

/** The workers that a step is done to. */
export function targetsOf(scene: Scene, to: Target): ProcessName[] {
  const all = Object.keys(scene.workers) as ProcessName[];
  if (to === 'all') return all;
  if (to === 'workflow' || to === 'transcode') return [to];
  const hosts = all.filter((name) => ROLES_OF[name].startsWith('capture'));
  if (to === 'capture') return hosts;
  return hosts.filter((name) => (name === scene.busiest) === (to === 'busiest'));
}

const hostOf = (folder: string, name: ProcessName): string => `${folder.split('/').at(-1)}-${name}`;

/** Asked before the fault, in which nobody may be there to answer. */
export async function findBusiest({ streams, folder, workers }: Scene): Promise<ProcessName> {
  if (!workers.b) return 'a';
  const states = await Promise.all(streams.map(({ streamId, reelay }) => describeStream(reelay, { streamId })));
  const held = states.filter(({ state }) => state.host === hostOf(folder, 'b')).length;
  return held > streams.length / 2 ? 'b' : 'a';
}

const ROLES_OF = {
  workflow: 'workflow',
  a: 'capture',
  b: 'capture',
  transcode: 'transcode',
  other: 'capture,transcode,workflow',
} as const;

async function addWorker(stage: ChaosStage, { scene, command, name }: Adding & { name: ProcessName }): Promise<void> {
  const { row } = scene;
  const home = join(scene.folder, name);
  const spoolFolder = join(home, 'spool');
  if (row.spoolBytes !== undefined && ROLES_OF[name].startsWith('capture'))
    scene.disks[name] = await mountSmallDisk(spoolFolder, { sizeBytes: row.spoolBytes });
  scene.workers[name] = await startManagedWorker({
    role: ROLES_OF[name],
    home,
    command: [...command, 'worker'],
    signal: stage.signal,
    env: {
      ...workerEnv(stage.stack.addressesFor(name), { home, inputFolder: stage.home }),
      ...(row.startsWithPrevious ? ENV_OF_PREVIOUS : {}),
      ...scene.backupEnv,
      ...scene.clock?.env,
      ...(name === 'other' ? { TEMPORAL_NAMESPACE: OTHER_NAMESPACE } : {}),
      REELAY_HOME: home,
      REELAY_HOST: hostOf(scene.folder, name),
      REELAY_SPOOL_DIR: spoolFolder,
    },
    onNotice: (notice) => stage.onNotice(`${row.name}: ${notice}`),
  });
}

async function addStreams(stage: ChaosStage, scene: Scene): Promise<void> {
  const { row, other } = scene;
  const run = Date.now().toString(36);
  for (let index = 1; index <= (row.streams ?? stage.streams); index += 1) {
    const streamId = `${row.name}-${run}-${index}`;
    await addStream(stage, { scene, streamId, of: [stage.reelay, ...(other && index === 1 ? [other] : [])] });
    if (other && index > 1) await addStream(stage, { scene, streamId: `${streamId}-other`, of: [other] });
  }
}

async function addStream(
  { home, stack }: ChaosStage,
  { scene, streamId, of }: { scene: Scene; streamId: string; of: readonly Reelay[] },
): Promise<void> {
  const { everyMs, stream } = scene.row;
  const url = `${stack.addresses.rtmp.url}/${streamId}`;
  scene.publishers.push(await startPublisher({ url, home }));
  const { source = {}, continueAfterEvents: _, ...rest } = stream ?? {};
  const request = { ...rest, streamId, source: { ...source, url }, capture: { everyMs } };
  for (const reelay of of) scene.streams.push({ streamId, request, reelay });
}

function backupOf({ backup }: Row, folder: string): Record<string, string> {
  if (backup === undefined) return {};
  const url = backup === 'bucket' ? `s3://${BACKUP_BUCKET}` : new URL(`file://${folder}/backup`).href;
  return { REELAY_STORE_BACKUP: url };
}
