import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { OnStep } from '../dev/steps.js';
import { readPayloadKeys } from '../runtime/config-payload-settings.js';
import { dataConverter } from '../runtime/payload-codec.js';
import { startChaosStack } from './chaos-stack.js';
import { runRow } from './run-row.js';
import type { RowResult } from './row-result.js';
import type { Row } from './row.js';
import type { ReelayCommand, ChaosStage } from './stage.js';
import { openTopicListener } from './topic-listener.js';

export interface ChaosOptions {
  rows: readonly Row[];
  streams: number;
  isShort: boolean;
  reelayCommand: ReelayCommand;
  /** Logs of rows that fail are copied into a folder of this one. */
  keepIn: string;
  onStep: OnStep;
  onNotice: (notice: string) => void;
  onRow: (row: Row) => void;
  onResult: (result: RowResult) => Promise<void>;
  signal: AbortSignal;
}

/** Runs the rows one after the other on one stack of real servers, in a home that goes with the last; less where aborted. */
export async function runChaos({ rows, keepIn, onStep, onRow, onResult, ...options }: ChaosOptions): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'reelay-chaos-'));
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const stack = await startChaosStack({ home, onStep, signal: options.signal });
    closers.unshift(() => stack.stop());
    const reader = await openTopicListener(stack.servers.events.current().brokers);
    closers.unshift(() => reader.close());
    const { address, namespace } = stack.addresses.temporal;
    const connection = await Connection.connect({ address });
    closers.unshift(() => connection.close());
    const temporal = new Client({ connection, namespace, dataConverter: dataConverter(readPayloadKeys()) });
    const reelay = { temporal, adapters: lookOutside, close: () => connection.close() };
    const stage: ChaosStage = { home, stack, reader, reelay, temporal, ...options };
    for (const row of rows) {
      options.signal.throwIfAborted();
      onRow(row);
      const result = await runRow(stage, row);
      await onResult(result);
      const folder = join(home, 'rows', row.name);
      if (result.faults.length > 0) await keepLogs(folder, join(keepIn, row.name));
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    for (const close of closers) await close();
    await rm(home, { recursive: true, force: true });
  }
}

/** What is left of a row is read by clients that are not ours. */
const lookOutside = (): Promise<never> => Promise.reject(new Error('rows ask Temporal alone'));

const keepLogs = (from: string, to: string): Promise<void> =>
  cp(from, to, { recursive: true, filter: (path) => !path.includes('/spool') && !path.includes('/backup') });
