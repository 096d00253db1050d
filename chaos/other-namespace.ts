import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pRetry from 'p-retry';
import type { Reelay } from '../client/connect.js';
import { WORK } from '../contracts/keys.js';
import { WORKFLOWS } from '../contracts/workflows.js';
import { registerSearchAttributes } from '../dev/search-attributes.js';
import type { cleanStore } from '../workflows/clean-store.js';
import type { ChaosStage } from './stage.js';

export const OTHER_NAMESPACE = 'other';

const KEPT_SECONDS = 86_400;
/** The janitor leaves alone what was put within the last seven days. */
const OLD_DAYS = 8;
const ALREADY_EXISTS = 6;
/** The server knows a new namespace after some seconds. */
const UNTIL_KNOWN = { retries: 60, minTimeout: 500, factor: 1 } as const;

/** A namespace beside that of the stage, on the same server. */
export async function openOtherNamespace({ stack, temporal, reelay }: ChaosStage): Promise<Reelay> {
  const connection = await Connection.connect({ address: stack.addresses.temporal.address });
  const namespace = OTHER_NAMESPACE;
  const other = new Client({ connection, namespace, dataConverter: temporal.options.dataConverter });
  try {
    await connection.workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: KEPT_SECONDS as never } })
      .catch((error: { code?: number }) => {
        if (error.code !== ALREADY_EXISTS) throw error;
      });
    await pRetry(() => registerSearchAttributes(connection, namespace), UNTIL_KNOWN);
    await pRetry(() => other.workflow.count('ReelayState = "running"'), UNTIL_KNOWN);
    return { ...reelay, temporal: other, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Has all work of tasks look as if nobody had gone on with it for long, and lets the janitors at it. */
export async function letJanitorsAtOldWork({ home, stack, temporal }: ChaosStage, other: Reelay): Promise<void> {
  const aged = await ageFolder(join(home, 's3', stack.addresses.store.url.replace('s3://', ''), WORK));
  if (aged === 0) throw new Error('no task has work in the store');
  const { type, taskQueue, idOf } = WORKFLOWS.cleanStore;
  for (const { workflow, options } of [temporal, other.temporal]) {
    const swept = await workflow.execute<typeof cleanStore>(type, { taskQueue, workflowId: `${idOf()}-chaos` });
    if (swept.tasks > 0) throw new Error(`the janitor of ${options.namespace} removes work that is under way`);
  }
}

/** The store tells the time of its files as that of their objects. */
async function ageFolder(folder: string): Promise<number> {
  const thenSeconds = Date.now() / 1000 - OLD_DAYS * 86_400;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) await utimes(join(parentPath, name), thenSeconds, thenSeconds);
  return files.length;
}
