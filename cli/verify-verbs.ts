import { verifyStream, type Verification } from '../client/verify-stream.js';
import { verifyTranscode, type TaskVerification } from '../client/verify-transcode.js';
import { defined } from '../contracts/defined.js';
import { EXIT } from './exit-code.js';
import { printJson } from './output.js';
import { withStores } from './sessions.js';

export interface TaskVerifyFlags {
  tenant: string;
  output?: string;
  json?: boolean;
}

export interface VerifyFlags {
  tenant: string;
  session?: string;
  json?: boolean;
}

const SHOWN_DIFFERENCES = 20;
const SHOW_PROGRESS_EVERY = 100;

export async function verifyTask(taskId: string, { tenant, output, json = false }: TaskVerifyFlags): Promise<void> {
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

export async function verify(streamId: string, { tenant, session, json = false }: VerifyFlags): Promise<void> {
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
