import { WorkflowExecutionAlreadyStartedError, type WorkflowExecutionDescription } from '@temporalio/client';
import { fault } from '../contracts/errors.js';
import { assertName, DEFAULT_TENANT, streamWorkflowId, type StreamRef } from '../contracts/ids.js';
import { hasSettingsQuery, setCapturePolicyUpdate, stopStreamSignal, streamStateQuery } from '../contracts/messages.js';
import { SEARCH_ATTRIBUTES, whereAttribute } from '../contracts/search-attributes.js';
import {
  parsePolicyChange,
  parseStreamRequest,
  type AppliedPolicy,
  type PolicyChange,
  type StreamRequest,
  type StreamState,
} from '../contracts/stream.js';
import { ofWorkflow, WORKFLOWS } from '../contracts/workflows.js';
import type { liveStream, LiveStreamResult } from '../workflows/live-stream.js';
import type { Reelay } from './connect.js';
import { askStream, withStreamFaults } from './temporal-fault.js';

/** A stream by its id; the tenant is `default` unless given. */
export interface StreamName {
  streamId: string;
  tenant?: string;
}

export interface StartedStream extends StreamRef {
  workflowId: string;
  runId: string;
  /** False where it ran already, with the same settings. */
  isNew: boolean;
}

export interface StreamDescription {
  status: WorkflowExecutionDescription['status']['name'];
  state: StreamState;
}

/**
 * Starts a live stream. The same id with the same settings attaches to the stream that runs; with other settings it
 * fails with `stream-conflict`. Bad input fails before anything is started, with the code that names it.
 */
export async function startStream(reelay: Reelay, request: StreamRequest): Promise<StartedStream> {
  const settings = parseStreamRequest(request);
  const { tenant, streamId } = settings;
  const workflowId = streamWorkflowId(settings);
  const call = async (): Promise<StartedStream> => {
    try {
      const handle = await reelay.temporal.workflow.start<typeof liveStream>(WORKFLOWS.liveStream.type, {
        workflowId,
        taskQueue: WORKFLOWS.liveStream.taskQueue,
        args: [settings],
        staticSummary: `live stream ${streamId}`,
      });
      return { tenant, streamId, workflowId, runId: handle.firstExecutionRunId, isNew: true };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const running = reelay.temporal.workflow.getHandle(workflowId);
      if (!(await running.query(hasSettingsQuery, settings))) {
        throw fault(
          'stream-conflict',
          `stream "${streamId}" already runs with other settings: stop it first, or change its rate instead`,
        );
      }
      const { runId } = await running.describe();
      return { tenant, streamId, workflowId, runId, isNew: false };
    }
  };
  return askStream(reelay, { stream: settings, call });
}

/** Changes what a running stream captures; answers what now applies, and from which slot. */
export async function changePolicy(
  reelay: Reelay,
  { change, ...name }: StreamName & { change: PolicyChange },
): Promise<AppliedPolicy> {
  const checked = parsePolicyChange(change);
  const stream = refOf(name);
  const call = () => handleOf(reelay, stream).executeUpdate(setCapturePolicyUpdate, { args: [checked] });
  return askStream(reelay, { stream, call });
}

export const changeCaptureRate = (
  reelay: Reelay,
  { everyMs, ...name }: StreamName & { everyMs: number },
): Promise<AppliedPolicy> => changePolicy(reelay, { ...name, change: { everyMs } });

export const setRiskLevel = (
  reelay: Reelay,
  { level, ...name }: StreamName & { level: string },
): Promise<AppliedPolicy> => changePolicy(reelay, { ...name, change: { risk: level } });

export const pauseStream = (reelay: Reelay, name: StreamName): Promise<AppliedPolicy> =>
  changePolicy(reelay, { ...name, change: { paused: true } });

export const resumeStream = (reelay: Reelay, name: StreamName): Promise<AppliedPolicy> =>
  changePolicy(reelay, { ...name, change: { paused: false } });

/** Ends a stream properly and returns the account of its session. */
export async function stopStream(reelay: Reelay, name: StreamName): Promise<LiveStreamResult> {
  const stream = refOf(name);
  return withStreamFaults(stream, async () => {
    const handle = handleOf(reelay, stream);
    await handle.signal(stopStreamSignal);
    return handle.result();
  });
}

/** The state of a stream that runs, or of its last session while Temporal retains it. */
export async function describeStream(reelay: Reelay, name: StreamName): Promise<StreamDescription> {
  const stream = refOf(name);
  const call = async (): Promise<StreamDescription> => {
    const handle = handleOf(reelay, stream);
    const [state, { status }] = await Promise.all([handle.query(streamStateQuery), handle.describe()]);
    return { state, status: status.name };
  };
  return askStream(reelay, { stream, call });
}

export interface ListedStream extends StreamRef {
  phase: string;
  risk?: string;
  host?: string;
  failure?: string;
  startedAt: Date;
}

/** The streams that run, newest first, as Temporal's visibility knows them: a second or so behind. */
export async function* listStreams(reelay: Reelay, { tenant }: { tenant?: string } = {}): AsyncGenerator<ListedStream> {
  if (tenant !== undefined) assertName(tenant, 'tenant');
  const ofTenant = tenant === undefined ? '' : ` AND ${whereAttribute('tenant', tenant)}`;
  const query = `${ofWorkflow('liveStream')} AND ExecutionStatus = 'Running'${ofTenant}`;
  for await (const { typedSearchAttributes: found, startTime } of reelay.temporal.workflow.list({ query })) {
    const [risk, host, failure] = [
      found.get(SEARCH_ATTRIBUTES.risk),
      found.get(SEARCH_ATTRIBUTES.host),
      found.get(SEARCH_ATTRIBUTES.failure),
    ];
    yield {
      tenant: found.get(SEARCH_ATTRIBUTES.tenant) ?? '',
      streamId: found.get(SEARCH_ATTRIBUTES.stream) ?? '',
      phase: found.get(SEARCH_ATTRIBUTES.state) ?? 'waiting',
      startedAt: startTime,
      ...(risk ? { risk } : {}),
      ...(host ? { host } : {}),
      ...(failure ? { failure } : {}),
    };
  }
}

function refOf({ streamId, tenant = DEFAULT_TENANT }: StreamName): StreamRef {
  assertName(streamId, 'stream');
  assertName(tenant, 'tenant');
  return { streamId, tenant };
}

const handleOf = (reelay: Reelay, stream: StreamRef) =>
  reelay.temporal.workflow.getHandle<typeof liveStream>(streamWorkflowId(stream));
