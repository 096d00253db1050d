import { InvalidArgumentError, Option, type Command } from 'commander';
import { PRESETS } from '../contracts/profile.js';
import { REMUX, TRANSCODE_STATUSES, type TranscodeStatus } from '../contracts/transcode.js';
import { addPair, toCount, toMoment, toMs, toNumber } from './arguments.js';
import { runCommand } from './output.js';
import type { BatchFlags, TaskStartFlags } from './transcode-start.js';
import { addWatchCommands } from './transcode-watch.js';
import type { ListFlags, TaskFlags } from './transcode-verbs.js';

type Verb = (usage: string, description: string) => Command;

const DEFAULT_LIMIT = 100;
const PROFILE = 'NAME or NAME@VERSION; see `reelay transcode profiles list`';

/** `reelay transcode …`: the arguments; what the verbs do is in the files beside. */
export function addTranscodeCommands(program: Command): void {
  const transcode = program.command('transcode').description('make files into what a profile says, proven whole');
  const verb: Verb = (usage, description) =>
    transcode.command(usage).description(description).option('--json', 'print JSON');
  const ofTenant: Verb = (usage, description) =>
    verb(usage, description).option('--tenant <tenant>', 'whose task', 'default');
  addStarts(ofTenant);
  addList(verb);
  addTaskVerbs(ofTenant);
  addProfileVerbs(transcode);
  addWatchCommands(transcode);
}

function addStarts(ofTenant: Verb): void {
  requestOptions(ofTenant('start <input>', 'transcode an s3://, http(s):// or file:// address, or a file'))
    .requiredOption('--profile <name>', PROFILE)
    .option('--id <id>', 'the id of the task; made of the request unless given')
    .option('--wait', 'until it has ended, with its progress; exit 1 unless it succeeded')
    .action((input: string, flags: TaskStartFlags) =>
      runCommand(flags, async () => (await starting()).start(input, flags)),
    );
  requestOptions(ofTenant('batch <file>', 'a task for each line: an address, or a request as JSON'))
    .option('--profile <name>', `${PROFILE}; for lines that name none`)
    .option('--concurrency <number>', 'tasks that are submitted at once', toCount)
    .option('--wait', 'until all have ended; exit 1 unless all succeeded')
    .action((file: string, flags: BatchFlags) => runCommand(flags, async () => (await starting()).batch(file, flags)));
}

/** What a request may say, for one task or as the default of a batch. */
const requestOptions = (command: Command): Command =>
  command
    .option('--output <prefix>', 'where in the store the outputs go')
    .option('--hidden', 'beside the original, in a folder that begins with a dot')
    .addOption(new Option('--remux <how>', 'whether streams that conform are copied').choices(REMUX))
    .option('--priority <0-100>', '100 before all others', toNumber)
    .option('--deadline <duration>', 'after which it has expired', toMs)
    .option('--callback <url>', 'is told of the end')
    .option('--callback-secret <name>', 'which secret of the workers signs that')
    .option('--label <key=value>', 'echoed in every event; may be repeated', addPair, {})
    .option('--min-ssim <0-1>', 'fails where a rendition is less like its source', toNumber)
    .option('--crf <10-40>', 'quality, 10 is best', toNumber)
    .option('--max-height <lines>', 'leaves out larger renditions', toCount)
    .option('--maxrate <kbps>', 'the most that a rendition may take', toCount)
    .addOption(new Option('--preset <preset>', 'how hard x264 tries').choices(PRESETS))
    .option('--gop <seconds>', 'between keyframes', toNumber)
    .option('--audio-bitrate <kbps>', 'of the audio', toCount)
    .option('--no-thumbnails', 'make none');

function addList(verb: Verb): void {
  verb('list', 'the starts of tasks, newest first')
    .option('--tenant <tenant>', 'only those of one tenant')
    .addOption(
      new Option('--state <state>', `only in this state, of ${TRANSCODE_STATUSES.join(', ')}; may be repeated`)
        .argParser(addState)
        .default([], 'all'),
    )
    .option('--since <time>', 'started at or after: ISO 8601, or a duration ago such as 10m', toMoment)
    .option('--until <time>', 'started before', toMoment)
    .option('--limit <number>', 'at most so many', toCount, DEFAULT_LIMIT)
    .option('--count', 'only how many there are in each state')
    .action((flags: ListFlags) => runCommand(flags, async () => (await verbs()).list(flags)));
}

function addState(text: string, states: TranscodeStatus[]): TranscodeStatus[] {
  const state = TRANSCODE_STATUSES.find((known) => known === text);
  if (!state) throw new InvalidArgumentError(`expected one of ${TRANSCODE_STATUSES.join(', ')}`);
  return [...states, state];
}

function addTaskVerbs(ofTenant: Verb): void {
  ofTenant('show <id>', 'phase, pieces, speed, attempts and outputs of a task').action((id: string, flags: TaskFlags) =>
    runCommand(flags, async () => (await verbs()).show(id, flags)),
  );
  ofTenant('logs <id>', 'what the attempts at its pieces said')
    .option('--attempt <number>', 'only those of this number', toCount)
    .action((id: string, flags: TaskFlags & { attempt?: number }) =>
      runCommand(flags, async () => (await verbs()).logs(id, flags)),
    );
  ofTenant('cancel <id>', 'stop a task; what it has finished is kept for a retry').action(
    (id: string, flags: TaskFlags) => runCommand(flags, async () => (await verbs()).cancel(id, flags)),
  );
  ofTenant('retry <id>', 'start a task again that failed or was cancelled; only what is missing is made').action(
    (id: string, flags: TaskFlags) => runCommand(flags, async () => (await verbs()).retry(id, flags)),
  );
  ofTenant('delete <id>', 'remove all that a task has in the store; stops it where it runs')
    .option('--output <prefix>', 'where its outputs are, where Temporal no longer knows the task')
    .action((id: string, flags: TaskFlags & { output?: string }) =>
      runCommand(flags, async () => (await verbs()).remove(id, flags)),
    );
}

function addProfileVerbs(transcode: Command): void {
  const profiles = transcode.command('profiles').description('what transcodes can make');
  const verb: Verb = (usage, description) =>
    profiles.command(usage).description(description).option('--json', 'print JSON');
  verb('list', 'all profiles by name and version').action((flags: { json?: boolean }) =>
    runCommand(flags, async () => (await verbs()).profiles(flags)),
  );
  verb('show <name>', 'NAME, the newest version, or NAME@VERSION').action((name: string, flags: { json?: boolean }) =>
    runCommand(flags, async () => (await verbs()).profile(name, flags)),
  );
  verb('add <file>', 'publish a profile from a JSON file, for good').action((file: string, flags: { json?: boolean }) =>
    runCommand(flags, async () => (await verbs()).add(file, flags)),
  );
}

// Loaded when they are used: a command must not wait for the libraries of the others.
const starting = () => import('./transcode-start.js');
const verbs = () => import('./transcode-verbs.js');
