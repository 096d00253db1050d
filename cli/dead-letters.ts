import { Option, type Command } from 'commander';
import { DISPOSITIONS } from '../contracts/letter-fields.js';
import { LETTER_KINDS } from '../contracts/letter-kinds.js';
import { toCount, toMoment } from './arguments.js';
import type { LetterFlags, RedriveFlags } from './dead-letter-verbs.js';
import { runCommand } from './output.js';

/** `reelay dead-letters …`: the arguments; what the verbs do is in the file beside. */
export function addDeadLetterCommands(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('frames that could not be delivered, tasks that failed, and records that could not be handled');
  const filtered = (usage: string, description: string): Command =>
    letters
      .command(usage)
      .description(description)
      .addOption(new Option('--kind <kind>', 'only letters of this kind').choices(LETTER_KINDS))
      .option('--stream <id>', 'only those of one stream')
      .option('--task <id>', 'only those of one task')
      .option('--tenant <tenant>', 'only those of one tenant')
      .addOption(new Option('--disposition <why>', 'only those given up for this reason').choices(DISPOSITIONS))
      .option(
        '--before <time>',
        'only those that failed last before: ISO 8601, or a duration ago such as 10m',
        toMoment,
      )
      .option('--json', 'print JSON');

  filtered('list', 'the letters that are open, oldest first').action((flags: LetterFlags) =>
    runCommand(flags, async () => (await verbs()).list(flags)),
  );
  letters
    .command('show <id>')
    .description('all that is known of a letter')
    .option('--json', 'print JSON')
    .action((id: string, flags: { json?: boolean }) => runCommand(flags, async () => (await verbs()).show(id, flags)));
  filtered('redrive', 'send letters again that are open now; may be repeated at any time')
    .option('--dry-run', 'only tell which')
    .option('--max-redrives <number>', 'leave letters alone that were sent again so often (default: 5)', toCount)
    .option('--wait', 'until it is done; exit 1 where a letter failed again')
    .action((flags: RedriveFlags) => runCommand(flags, async () => (await verbs()).redrive(flags)));
}

// Loaded when they are used: a command must not wait for the libraries of the others.
const verbs = () => import('./dead-letter-verbs.js');
