import { setTimeout as sleep } from 'node:timers/promises';
import type { Reelay } from '../client/connect.js';
import { describeStream, startStream, type StartedStream, type StreamDescription } from '../client/streams.js';
import { formatDuration } from '../contracts/duration.js';
import { defined } from '../contracts/defined.js';
import { ERRORS, fault } from '../contracts/errors.js';
import { DEFAULT_STALL_MS, type Size, type StreamRequest } from '../contracts/stream.js';
import { printJson } from './output.js';
import { withReelay } from './sessions.js';

export interface StreamStartFlags {
  id: string;
  tenant: string;
  every?: number;
  risk?: string;
  size: Size[];
  quality?: number;
  stall?: number;
  reconnectWindow?: number;
  segment?: number;
  wait: boolean;
  follow?: boolean;
  json?: boolean;
}

/** What a host has to begin, beside the `stallMs` after which a source without pictures is at fault. */
const BEGIN_MS = 10_000;
const ASK_EVERY_MS = 100;
const NOTICE_MS = 3000;

export async function startAndWait(url: string, flags: StreamStartFlags): Promise<void> {
  const sinceMs = Date.now();
  await withReelay(async (reelay) => {
    const started = await startStream(reelay, requestOf(url, flags));
    const description = flags.wait ? await waitForPicture(reelay, started, flags.stall) : undefined;
    const problem = description?.state.problem;
    if (description?.status === 'FAILED')
      throw fault(problem?.code ?? 'source-failed', problem?.message ?? 'the stream failed', problem);
    if (flags.json) printJson({ ...started, ...description?.state });
    else console.log(describe(started, description));
  });
  if (!flags.follow) return;
  const { framesOf } = await import('./stream-frames.js');
  await framesOf(flags.id, { ...flags, sinceMs });
}

const requestOf = (
  url: string,
  { id, tenant, every, risk, size, quality, stall, reconnectWindow, segment }: StreamStartFlags,
): StreamRequest => ({
  streamId: id,
  tenant,
  source: { url, ...defined({ stallMs: stall, reconnectWindowMs: reconnectWindow }) },
  capture: { sizes: size, ...defined({ everyMs: every, risk, quality }) },
  ...defined({ segmentMs: segment }),
});

/** The stream as it is once a picture came, a fault was met, or patience ran out; a final fault ends it at once. */
async function waitForPicture(
  reelay: Reelay,
  stream: StartedStream,
  stallMs = DEFAULT_STALL_MS,
): Promise<StreamDescription> {
  const notice = setTimeout(() => console.error(`${stream.streamId} waits for its first picture`), NOTICE_MS);
  try {
    for (const untilMs = Date.now() + stallMs + BEGIN_MS; ; await sleep(ASK_EVERY_MS)) {
      const description = await describeStream(reelay, stream);
      const { state, status } = description;
      const isRetrying = state.problem !== undefined && ERRORS[state.problem.code].retryable;
      const isDecided = state.phase === 'capturing' || isRetrying || status !== 'RUNNING';
      if (isDecided || Date.now() > untilMs) return description;
    }
  } finally {
    clearTimeout(notice);
  }
}

function describe({ streamId, workflowId, isNew }: StartedStream, description: StreamDescription | undefined): string {
  const head = `${streamId} ${isNew ? 'started' : 'runs already, with the same settings'} (${workflowId})`;
  if (!description) return head;
  const { phase, policy, problem, sessionId } = description.state;
  const state = `${phase}, one frame each ${formatDuration(policy.everyMs)}, session ${sessionId}`;
  const retrying = problem && description.status === 'RUNNING' ? `\n  ${problem.code}: ${problem.message}` : '';
  return `${head}\n  ${state}${retrying}`;
}
