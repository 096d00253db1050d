import type { Command } from 'commander';
import { runCommand } from './output.js';
import type { TaskVerifyFlags, VerifyFlags } from './verify-verbs.js';

export function addVerifyCommands(program: Command): void {
  const verifying = program
    .command('verify')
    .description('compare ledger or manifest, bucket and topic; exit 1 when they differ');
  verifying
    .command('stream <id>')
    .description('the newest session of a stream, or the one named')
    .option('--tenant <tenant>', 'whose stream', 'default')
    .option('--session <session>', 'an earlier session')
    .option('--json', 'print JSON')
    .action((id: string, flags: VerifyFlags) => runCommand(flags, async () => (await verbs()).verify(id, flags)));
  verifying
    .command('transcode <id>')
    .description('the outputs of a task')
    .option('--tenant <tenant>', 'whose task', 'default')
    .option('--output <prefix>', 'where its outputs are, unless at the default place')
    .option('--json', 'print JSON')
    .action((id: string, flags: TaskVerifyFlags) =>
      runCommand(flags, async () => (await verbs()).verifyTask(id, flags)),
    );
}

const verbs = () => import('./verify-verbs.js');
