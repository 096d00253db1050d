import { readFile } from 'node:fs/promises';
import { addProfile, listProfiles, showProfile } from '../client/profiles.js';
import { cancelTranscode, retryTranscode } from '../client/transcodes.js';
import { deleteTranscode } from '../client/transcodes/delete-transcode.js';
import { describeTranscode } from '../client/transcodes/describe-transcode.js';
import { countTranscodes, listTranscodes, type ListedTask } from '../client/transcodes/list-transcodes.js';
import { readLogs } from '../client/transcodes/read-logs.js';
import { defined } from '../contracts/defined.js';
import { fault } from '../contracts/errors.js';
import type { ProfileInput } from '../contracts/profile.js';
import type { TranscodeStatus } from '../contracts/transcode.js';
import { printJson } from './output.js';
import { withReelay, withStores } from './sessions.js';
import { tasksText, taskText } from './transcode-text.js';

export interface TaskFlags {
  tenant: string;
  json?: boolean;
}

export interface ListFlags {
  tenant?: string;
  state: TranscodeStatus[];
  /** Unix milliseconds. */
  since?: number;
  until?: number;
  limit: number;
  count?: boolean;
  json?: boolean;
}

const LARGEST_PAGE = 500;

export async function list({ tenant, state, since, until, limit, count, json = false }: ListFlags): Promise<void> {
  const filter = defined({ tenant, sinceMs: since, untilMs: until });
  await withReelay(async (reelay) => {
    if (count) {
      const counts = await countTranscodes(reelay, filter);
      if (json) return printJson(counts);
      return console.log(
        Object.entries(counts)
          .map(([name, number]) => `${name.padEnd(10)}${number}`)
          .join('\n'),
      );
    }
    const tasks: ListedTask[] = [];
    let cursor: string | undefined;
    do {
      const page = await listTranscodes(reelay, {
        ...filter,
        limit: Math.min(limit - tasks.length, LARGEST_PAGE),
        ...defined({ states: state.length > 0 ? state : undefined, cursor }),
      });
      tasks.push(...page.tasks);
      ({ cursor } = page);
    } while (cursor !== undefined && tasks.length < limit);
    if (json) return printJson(tasks);
    console.log(tasks.length === 0 ? 'No task is known.' : tasksText(tasks));
    if (cursor !== undefined) console.error(`there are more; --limit ${limit * 10} shows them`);
  });
}

export async function show(taskId: string, { tenant, json = false }: TaskFlags): Promise<void> {
  const description = await withReelay((reelay) => describeTranscode(reelay, { taskId, tenant }));
  if (!json) return console.log(taskText(description));
  const { state, ...rest } = description;
  printJson({ ...state, ...rest });
}

export async function logs(
  taskId: string,
  { tenant, attempt, json = false }: TaskFlags & { attempt?: number },
): Promise<void> {
  const name = { taskId, tenant, ...defined({ attempt }) };
  const found = await withStores(async (reelay) => {
    let count = 0;
    for await (const log of readLogs(reelay, name)) {
      count += 1;
      if (json) printJson(log);
      else console.log(`${count > 1 ? '\n' : ''}${log.text.trimEnd()}`);
    }
    return count;
  });
  if (found > 0) return;
  throw fault('task-not-found', `no log is kept of ${attempt ? `attempt ${attempt} of ` : ''}task "${taskId}"`);
}

export async function cancel(taskId: string, { tenant, json = false }: TaskFlags): Promise<void> {
  const task = await withReelay((reelay) => cancelTranscode(reelay, { taskId, tenant }));
  if (json) printJson({ ...task, status: 'stopping' });
  else console.log(`${taskId} is stopping`);
}

export async function retry(taskId: string, { tenant, json = false }: TaskFlags): Promise<void> {
  const task = await withReelay((reelay) => retryTranscode(reelay, { taskId, tenant }));
  if (json) return printJson(task);
  console.log(task.isNew ? `${taskId} started again` : `${taskId} ${task.isDone ? 'is done already' : 'runs already'}`);
}

export async function remove(
  taskId: string,
  { tenant, output, json = false }: TaskFlags & { output?: string },
): Promise<void> {
  const name = { taskId, tenant, ...defined({ outputPrefix: output }) };
  const deleted = await withReelay((reelay) => deleteTranscode(reelay, name));
  if (json) return printJson(deleted);
  console.log(`${taskId}: ${deleted.removed} objects removed`);
}

export async function profiles({ json = false }: { json?: boolean }): Promise<void> {
  const found = await withStores(listProfiles);
  if (json) return printJson(found);
  for (const { name, version, isBuiltIn } of found) console.log(`${name}@${version}${isBuiltIn ? ' (built in)' : ''}`);
}

export async function profile(reference: string, { json = false }: { json?: boolean }): Promise<void> {
  const found = await withStores((reelay) => showProfile(reelay, { profile: reference }));
  if (json) printJson(found);
  else console.log(JSON.stringify(found, null, 2));
}

export async function add(file: string, { json = false }: { json?: boolean }): Promise<void> {
  const input = await profileIn(file);
  const { profile, isNew } = await withStores((reelay) => addProfile(reelay, input));
  if (json) return printJson({ ...profile, isNew });
  console.log(`${profile.name}@${profile.version} ${isNew ? 'added' : 'was there, with the same contents'}`);
}

async function profileIn(file: string): Promise<ProfileInput> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProfileInput;
  } catch (cause) {
    throw fault('request-invalid', `expected a file with a profile as JSON, got ${file}`, { cause });
  }
}
