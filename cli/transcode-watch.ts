import type { Command } from 'commander';
import { defined } from '../contracts/defined.js';
import { formatDuration } from '../contracts/duration.js';
import type { WatchInput } from '../contracts/watch.js';
import { ago } from './ago.js';
import { toMs, toNumber } from './arguments.js';
import { printJson, runCommand } from './output.js';
import { withReelay } from './sessions.js';

interface WatchFlags {
  prefix: string;
  profile: string;
  every: number;
  suffix: string[];
  output?: string;
  hidden?: boolean;
  playlists?: boolean;
  priority?: number;
  tenant: string;
  json?: boolean;
}

/** `reelay transcode watch …` */
export function addWatchCommands(transcode: Command): void {
  const watch = transcode.command('watch').description('prefixes of the store that are looked through now and then');
  const verb = (usage: string, description: string): Command =>
    watch.command(usage).description(description).option('--json', 'print JSON');
  verb('add <name>', 'a task for each object below a prefix that has none; replaces a watch of that name')
    .requiredOption('--prefix <prefix>', 'of the keys in the store')
    .requiredOption('--profile <name>', 'NAME or NAME@VERSION')
    .option('--every <duration>', 'between two looks, from 10s', toMs, toMs('5m'))
    .option('--suffix <suffix>', 'only keys that end so; may be repeated', (text, all: string[]) => [...all, text], [])
    .option('--output <prefix>', 'outputs go to PREFIX/TASK')
    .option('--hidden', 'beside the original, in a folder that begins with a dot')
    .option('--playlists', 'takes playlists for the segments that they name')
    .option('--priority <0-100>', '100 before all others', toNumber)
    .option('--tenant <tenant>', 'whose tasks', 'default')
    .action((name: string, flags: WatchFlags) => runCommand(flags, () => add(name, flags)));
  verb('list', 'all watches').action((flags: { json?: boolean }) => runCommand(flags, () => list(flags)));
  verb('remove <name>', 'look no more; tasks that were started go on').action(
    (name: string, flags: { json?: boolean }) => runCommand(flags, () => remove(name, flags)),
  );
}

// Loaded when it is used: a command must not wait for the libraries of the others.
const watches = () => import('../client/watches.js');

async function add(name: string, { suffix, every, hidden, json = false, ...flags }: WatchFlags): Promise<void> {
  const { prefix, profile, output, priority, tenant } = flags;
  const input: WatchInput = {
    name,
    prefix,
    profile,
    tenant,
    everyMs: every,
    suffixes: suffix,
    isHidden: hidden ?? false,
    ...defined({ output, priority }),
  };
  const { addWatch } = await watches();
  const watch = await withReelay((reelay) => addWatch(reelay, input));
  if (json) printJson(watch);
  else console.log(`${name}: ${prefix} is looked through each ${formatDuration(watch.everyMs)}`);
}

async function list({ json = false }: { json?: boolean }): Promise<void> {
  const { listWatches } = await watches();
  const found = await withReelay(listWatches);
  if (json) return printJson(found);
  if (found.length === 0) return console.log('Nothing is watched.');
  for (const { name, everyMs, trigger, lastAtMs, isPaused } of found) {
    const last = lastAtMs === undefined ? 'not yet' : ago(lastAtMs, Date.now());
    const state = isPaused ? ', paused' : '';
    console.log(
      `${name}: ${trigger.prefix} with ${trigger.profile}, each ${formatDuration(everyMs)}, last ${last}${state}`,
    );
  }
}

async function remove(name: string, { json = false }: { json?: boolean }): Promise<void> {
  const { removeWatch } = await watches();
  await withReelay((reelay) => removeWatch(reelay, { name }));
  if (json) printJson({ name });
  else console.log(`${name} is watched no more`);
}
