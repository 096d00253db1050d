import type { Command } from 'commander';
import { runCommand } from './output.js';
import type { StackCommandOptions, UpFlags } from './stack-verbs.js';

export function addStackCommands(program: Command, options: StackCommandOptions = {}): void {
  program
    .command('up')
    .description('start a local stack, all workers and the HTTP server; Ctrl-C stops them')
    .option('--full', 'Kafka and S3 as real servers instead of folders')
    .option('--detach', 'go on in the background; return when ready')
    .option('--demo', 'add a camera that publishes test pictures')
    .option('--json', 'print the addresses as one JSON line')
    .action((flags: UpFlags) => runCommand(flags, async () => (await verbs()).up(flags, options)));
  program
    .command('down')
    .description('stop what `up --detach` started')
    .option('--json', 'print what was stopped as one JSON line')
    .action((flags: { json?: boolean }) => runCommand(flags, async () => (await verbs()).down(flags)));
  program
    .command('status')
    .description('show what runs of the local stack: processes, addresses and health')
    .option('--json', 'print all of it as one JSON line')
    .action((flags: { json?: boolean }) =>
      runCommand(flags, async () => (await import('./stack-status.js')).showStackStatus(flags)),
    );
}

const verbs = () => import('./stack-verbs.js');
