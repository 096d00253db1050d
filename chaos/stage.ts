import type { Client } from '@temporalio/client';
import type { Reelay } from '../client/connect.js';
import type { StreamRequest } from '../contracts/stream.js';
import type { ChaosStack, ProcessName } from './chaos-stack.js';
import type { FakedClock } from './faked-clock.js';
import type { HostileSources } from './hostile-sources.js';
import type { ManagedWorker } from './managed-worker.js';
import type { Publisher } from './publishers.js';
import type { Row } from './row.js';
import type { SmallDisk } from './small-disk.js';
import type { TopicListener } from './topic-listener.js';

/** The command line of a release: what to run, up to its words. */
export type ReelayCommand = readonly [program: string, ...args: string[]];

/** What all rows of one run share. */
export interface ChaosStage {
  home: string;
  stack: ChaosStack;
  reader: TopicListener;
  reelay: Reelay;
  temporal: Client;
  reelayCommand: ReelayCommand;
  streams: number;
  isShort: boolean;
  onNotice(notice: string): void;
  signal: AbortSignal;
}

export interface SceneStream {
  streamId: string;
  request: StreamRequest;
  /** Of the namespace in which it runs. */
  reelay: Reelay;
}

/** What one row has running: workers, publishers, streams. */
export interface Scene {
  row: Row;
  folder: string;
  workers: Partial<Record<ProcessName, ManagedWorker>>;
  disks: Partial<Record<ProcessName, SmallDisk>>;
  clock?: FakedClock;
  publishers: Publisher[];
  /** Ends the streams of hostile sources, and these. */
  hostile?: Pick<HostileSources, 'close'>;
  streams: SceneStream[];
  /** The second namespace, where the row has one. */
  other?: Reelay;
  taskId?: string;
  /** The environment of a second store, for those who verify. */
  backupEnv: Record<string, string>;
  /** The worker that held most streams when the fault began. */
  busiest: ProcessName;
}
