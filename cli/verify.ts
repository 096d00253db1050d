import type { Command } from 'commander';
import type { Verification } from '../client/verify-stream.js';
import { EXIT } from './exit-code.js';
import { printJson, runCommand } from './output.js';
import { withAdapters } from './sessions.js';

interface VerifyFlags {
  tenant: string;
  session?: string;
  json?: boolean;
}

const SHOWN_DIFFERENCES = 20;

export function addVerifyCommands(program: Command): void {
  program
    .command('verify')
    .description('compare ledger, bucket and topic; exit 1 when they differ')
    .command('stream <id>')
    .description('the newest session of a stream, or the one named')
    .option('--tenant <tenant>', 'whose stream', 'default')
    .option('--session <session>', 'an earlier session')
    .option('--json', 'print JSON')
    .action((id: string, flags: VerifyFlags) => runCommand(flags, () => verify(id, flags)));
}

async function verify(streamId: string, { tenant, session, json = false }: VerifyFlags): Promise<void> {
  const { verifyStream } = await import('../client/verify-stream.js');
  const found = await withAdapters(({ store, source }) =>
    verifyStream(
      { store, events: source },
      { streamId, tenant, ...(session === undefined ? {} : { sessionId: session }) },
    ),
  );
  if (json) printJson(found);
  else console.log(describe(found));
  if (found.differences.length > 0) process.exitCode = EXIT.failed;
}

function describe({
  streamId,
  sessionId,
  isSealed,
  counts,
  gapsByReason,
  sinceLedger,
  repeatedEvents,
  differences,
}: Verification): string {
  const reasons = Object.entries(gapsByReason).map(([reason, count]) => `${count} ${reason}`);
  return [
    `${streamId}, session ${sessionId} (${isSealed ? 'sealed' : 'in progress'})`,
    `  due ${counts.due} = stored ${counts.stored} + gaps ${counts.gaps}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(sinceLedger > 0 ? [`  and ${sinceLedger} frames announced since the ledger was written`] : []),
    ...(repeatedEvents > 0 ? [`  ${repeatedEvents} events came again under the same id`] : []),
    differences.length === 0 ? '  ledger, bucket and topic agree' : `  ${differences.length} differences:`,
    ...differences
      .slice(0, SHOWN_DIFFERENCES)
      .map(({ kind, slotMs, ...rest }) => `    ${kind}: slot ${slotMs}${'key' in rest ? ` (${rest.key})` : ''}`),
    ...(differences.length > SHOWN_DIFFERENCES
      ? [`    and ${differences.length - SHOWN_DIFFERENCES} more; --json lists all`]
      : []),
  ].join('\n');
}
