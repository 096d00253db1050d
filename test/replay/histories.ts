import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { ReplayHistoriesIterable } from '@temporalio/worker';

// From the compiled file to the folder of the sources.
const FOLDER = fileURLToPath(new URL('../../../test/replay/histories/', import.meta.url));

export const historyFile = (name: string): string => `${FOLDER}${name}.json`;

export const historyNames = async (): Promise<string[]> =>
  (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).map((name) => basename(name, '.json'));

export const readHistoryText = (name: string): Promise<string> => readFile(historyFile(name), 'utf8');

/** Recorded histories, each under the name of its file. */
export async function* recordedHistories(names: readonly string[]): ReplayHistoriesIterable {
  for (const name of names) {
    yield { workflowId: name, history: historyFromJSON(JSON.parse(await readHistoryText(name))) };
  }
}
