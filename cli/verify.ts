import type { Command } from 'commander';
import type { Verification } from '../client/verify-stream.js';
import type { TaskVerification } from '../client/verify-transcode.js';
import { defined } from '../contracts/defined.js';
import { EXIT } from './exit-code.js';
import { printJson, runCommand } from './output.js';
import { withStores } from './sessions.js';

interface TaskFlags {
  tenant: string;
  output?: string;
  json?: boolean;
}

interface VerifyFlags {
  tenant: string;
  session?: string;
  json?: boolean;
}

const SHOWN_DIFFERENCES = 20;
const SHOW_PROGRESS_EVERY = 100;

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
    .action((id: string, flags: VerifyFlags) => runCommand(flags, () => verify(id, flags)));
  verifying
    .command('transcode <id>')
    .description('the outputs of a task')
    .option('--tenant <tenant>', 'whose task', 'default')
    .option('--output <prefix>', 'where its outputs are, unless at the default place')
    .option('--json', 'print JSON')
    .action((id: string, flags: TaskFlags) => runCommand(flags, () => verifyTask(id, flags)));
}

async function verifyTask(taskId: string, { tenant, output, json = false }: TaskFlags): Promise<void> {
  const { verifyTranscode } = await import('../client/verify-transcode.js');
  const name = { taskId, tenant, ...defined({ outputPrefix: output }) };
  const found = await withStores((reelay) => verifyTranscode(reelay, name));
  if (json) printJson(found);
  else console.log(describeTask(found));
  if (found.differences.length > 0) process.exitCode = EXIT.failed;
}

function describeTask({ taskId, manifest, differences }: TaskVerification): string {
  const { outputs, decision, publishedAtMs } = manifest;
  return [
    `${taskId}, ${decision.kind}, ${outputs.length} outputs, published ${new Date(publishedAtMs).toISOString()}`,
    differences.length === 0 ? '  manifest, bucket and topic agree' : `  ${differences.length} differences:`,
    ...differences.map((one) => `    ${one.kind}${'key' in one ? `: ${one.key}` : ''}`),
  ].join('\n');
}

async function verify(streamId: string, { tenant, session, json = false }: VerifyFlags): Promise<void> {
  const { verifyStream } = await import('../client/verify-stream.js');
  const found = await withStores((reelay) =>
    verifyStream(reelay, { streamId, tenant, ...defined({ sessionId: session }), onProgress: showProgress }),
  );
  if (json) printJson(found);
  else console.log(describe(found));
  if (found.differences.length > 0) process.exitCode = EXIT.failed;
}

function showProgress({ checked, of }: { checked: number; of: number }): void {
  if (!process.stderr.isTTY || of < SHOW_PROGRESS_EVERY) return;
  if (checked === of) process.stderr.write('\r\x1b[K');
  else if (checked % SHOW_PROGRESS_EVERY === 0) process.stderr.write(`\r${checked} of ${of} frames checked`);
}

function describe({
  streamId,
  sessionId,
  isSealed,
  counts,
  gapsByReason,
  late,
  sinceLedger,
  deadLettered,
  repeatedEvents,
  differences,
}: Verification): string {
  const reasons = Object.entries(gapsByReason).map(([reason, count]) => `${count} ${reason}`);
  const letters = deadLettered.openLetters;
  return [
    `${streamId}, session ${sessionId} (${isSealed ? 'sealed' : 'not sealed'})`,
    `  due ${counts.due} = stored ${counts.stored} + gaps ${counts.gaps}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(late > 0 ? [`  and ${late} of the gaps were filled late`] : []),
    ...(sinceLedger > 0 ? [`  and ${sinceLedger} frames announced since the ledger was written`] : []),
    ...(letters > 0 ? [`  ${letters} dead letters wait for \`reelay dead-letters redrive --stream ${streamId}\``] : []),
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
