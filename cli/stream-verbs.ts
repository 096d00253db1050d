import Table from 'cli-table3';
import { changePolicy, describeStream, listStreams, stopStream, type ListedStream } from '../client/streams.js';
import { formatDuration } from '../contracts/duration.js';
import type { PolicyChange, StreamState } from '../contracts/stream.js';
import { printJson } from './output.js';
import { withReelay } from './sessions.js';

export interface StreamFlags {
  tenant: string;
  json?: boolean;
}

export async function list({ tenant, json = false }: StreamFlags): Promise<void> {
  await withReelay(async (reelay) => {
    const streams: ListedStream[] = [];
    for await (const stream of listStreams(reelay, { tenant })) streams.push(stream);
    if (json) return printJson(streams);
    if (streams.length === 0) return console.log(`No stream of tenant ${tenant} runs.`);
    const table = new Table({
      head: ['stream', 'phase', 'risk', 'host', 'failure', 'since'],
      style: { head: [], border: [] },
    });
    for (const { streamId, phase, risk = '', host = '', failure = '', startedAt } of streams) {
      table.push([streamId, phase, risk, host, failure, startedAt.toISOString()]);
    }
    console.log(table.toString());
  });
}

export async function show(streamId: string, { tenant, json = false }: StreamFlags): Promise<void> {
  await withReelay(async (reelay) => {
    const { state, status } = await describeStream(reelay, { streamId, tenant });
    if (json) printJson({ ...state, status });
    else console.log(describe(state, status));
  });
}

export async function change(
  streamId: string,
  { flags, change }: { flags: StreamFlags; change: PolicyChange },
): Promise<void> {
  await withReelay(async (reelay) => {
    const askedMs = performance.now();
    const applied = await changePolicy(reelay, { streamId, tenant: flags.tenant, change });
    const answeredInMs = Math.round(performance.now() - askedMs);
    if (flags.json) return printJson({ streamId, ...applied, answeredInMs });
    const from =
      applied.fromSlotMs === null
        ? 'from the first picture'
        : `from slot ${new Date(applied.fromSlotMs).toISOString()}`;
    console.log(
      `${streamId}: ${applied.isPaused ? 'paused, ' : ''}one frame each ${formatDuration(applied.everyMs)} ${from} (answered in ${answeredInMs} ms)`,
    );
  });
}

export async function stop(streamId: string, { tenant, json = false }: StreamFlags): Promise<void> {
  await withReelay(async (reelay) => {
    const result = await stopStream(reelay, { streamId, tenant });
    const { sessionId, counts } = result;
    if (json) printJson({ streamId, ...result });
    else
      console.log(
        `${streamId}: session ${sessionId} sealed, ${counts.stored} of ${counts.due} slots stored, ${counts.gaps} in gaps`,
      );
  });
}

function describe(
  { streamId, tenant, phase, policy, applied, source, sessionId, epoch, host, interruptions, problem }: StreamState,
  status: string,
): string {
  const from = applied?.fromSlotMs ? ` from slot ${new Date(applied.fromSlotMs).toISOString()}` : '';
  const rows = [
    [
      'stream',
      `${streamId} of tenant ${tenant}, ${phase}${policy.isPaused ? ', paused' : ''} (${status.toLowerCase()})`,
    ],
    ['rate', `one frame each ${formatDuration(policy.everyMs)}${from}${policy.risk ? `, risk ${policy.risk}` : ''}`],
    ['source', source],
    ['session', `${sessionId}, segment ${epoch} on ${host ?? 'no host yet'}, interruptions: ${interruptions}`],
    ...(problem ? [['problem', `${problem.code}: ${problem.message}`]] : []),
  ];
  return rows.map(([label = '', text = '']) => `${label.padEnd(9)}${text}`).join('\n');
}
