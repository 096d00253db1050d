import { InvalidArgumentError, type Command } from 'commander';
import type { PolicyChange, Size } from '../contracts/stream.js';
import { toMs } from './arguments.js';
import { runCommand } from './output.js';
import type { StreamStartFlags } from './stream-start.js';
import type { StreamFlags } from './stream-verbs.js';

/** `reelay stream …`: the arguments; what the verbs do is in the files beside. */
export function addStreamCommands(program: Command): void {
  const stream = program.command('stream').description('start, change, inspect and stop live streams');
  const verb = (usage: string, description: string): Command =>
    stream
      .command(usage)
      .description(description)
      .option('--tenant <tenant>', 'whose stream', 'default')
      .option('--json', 'print JSON');

  verb('start <url>', 'capture a live stream; the same id and settings attach to the one that runs')
    .requiredOption('--id <id>', 'the id of the stream: letters, digits, dot, underscore, hyphen')
    .option('--every <duration>', 'interval between frames, 100ms to 1h', toMs)
    .option('--risk <level>', 'start at the rate of a risk level: low, medium, high or critical')
    .option('--size <WxH>', 'a variant beside the frame; may be repeated', addSize, [])
    .option('--quality <1-100>', 'JPEG quality', Number)
    .option('--stall <duration>', 'silence after which the source is reconnected', toMs)
    .option('--reconnect-window <duration>', 'how long a session waits for its source', toMs)
    .option('--segment <duration>', 'how long one host captures before the stream is relayed', toMs)
    .option('--no-wait', 'do not wait for the first frame')
    .option('--follow', 'print each frame as it lands, until Ctrl-C')
    .action((url: string, flags: StreamStartFlags) =>
      runCommand(flags, async () => (await starting()).startAndWait(url, flags)),
    );
  verb('list', 'the streams that run').action((flags: StreamFlags) =>
    runCommand(flags, async () => (await verbs()).list(flags)),
  );
  verb('show <id>', 'phase, rate, host and last problem of a stream').action((id: string, flags: StreamFlags) =>
    runCommand(flags, async () => (await verbs()).show(id, flags)),
  );
  verb('rate <id>', 'change the rate from the next slot on')
    .requiredOption('--every <duration>', 'interval between frames, 100ms to 1h', toMs)
    .action((id: string, flags: StreamFlags & { every: number }) =>
      change(id, { flags, change: { everyMs: flags.every } }),
    );
  verb('risk <id> <level>', 'capture at the rate of a risk level').action(
    (id: string, risk: string, flags: StreamFlags) => change(id, { flags, change: { risk } }),
  );
  verb('pause <id>', 'store nothing until resumed; the slots are recorded as paused').action(
    (id: string, flags: StreamFlags) => change(id, { flags, change: { paused: true } }),
  );
  verb('resume <id>', 'capture again').action((id: string, flags: StreamFlags) =>
    change(id, { flags, change: { paused: false } }),
  );
  verb('stop <id>', 'end the session and seal its ledger').action((id: string, flags: StreamFlags) =>
    runCommand(flags, async () => (await verbs()).stop(id, flags)),
  );
  verb('frames <id>', 'the frames of the last hour, or as they land')
    .option('--follow', 'wait for more, until Ctrl-C')
    .action((id: string, flags: StreamFlags & { follow?: boolean }) =>
      runCommand(flags, async () => (await frames()).framesOf(id, flags)),
    );
}

// Loaded when they are used: a command must not wait for the libraries of the others.
const starting = () => import('./stream-start.js');
const verbs = () => import('./stream-verbs.js');
const frames = () => import('./stream-frames.js');

const change = (id: string, wanted: { flags: StreamFlags; change: PolicyChange }): Promise<void> =>
  runCommand(wanted.flags, async () => (await verbs()).change(id, wanted));

function addSize(text: string, sizes: Size[]): Size[] {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (width === undefined || height === undefined)
    throw new InvalidArgumentError('expected WIDTHxHEIGHT such as 640x360');
  return [...sizes, { width: Number(width), height: Number(height) }];
}
