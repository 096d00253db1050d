import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { defined } from '../../contracts/defined.js';
import { fault } from '../../contracts/errors.js';
import { assertName, type TaskRef } from '../../contracts/ids.js';
import { show } from '../../contracts/request.js';
import { SEARCH_ATTRIBUTES, whereAttribute } from '../../contracts/search-attributes.js';
import { TRANSCODE_STATUSES, type TranscodeStatus } from '../../contracts/transcode.js';
import { ofWorkflow } from '../../contracts/workflows.js';
import type { Reelay } from '../connect.js';
import { withTemporalFaults } from '../temporal-fault.js';

export interface TaskFilter {
  /** Any of these; all unless given. */
  states?: readonly TranscodeStatus[];
  /** Started in this window, Unix milliseconds; the end is not included. */
  sinceMs?: number;
  untilMs?: number;
  tenant?: string;
}

export interface ListedTask extends TaskRef {
  workflowId: string;
  runId: string;
  state: TranscodeStatus;
  failure?: string;
  startedAtMs: number;
  endedAtMs?: number;
}

export interface TaskPage {
  tasks: ListedTask[];
  /** For the next page; missing at the last one. */
  cursor?: string;
}

const PAGE_SIZE = 100;

/**
 * One page of the starts of tasks, newest first, as Temporal's visibility knows them: a second or so behind, and for as
 * long as it retains them. A task that was started again is there for each start.
 */
export async function listTranscodes(
  { temporal }: Reelay,
  { limit = PAGE_SIZE, cursor, ...filter }: TaskFilter & { limit?: number; cursor?: string } = {},
): Promise<TaskPage> {
  const request = {
    namespace: temporal.options.namespace,
    query: taskQuery(filter),
    pageSize: limit,
    nextPageToken: Buffer.from(cursor ?? '', 'base64url'),
  };
  const answer = await withTemporalFaults(SUBJECT, () => temporal.workflowService.listWorkflowExecutions(request));
  const next = Buffer.from(answer.nextPageToken ?? []).toString('base64url');
  return { tasks: (answer.executions ?? []).map(listedTask), ...(next ? { cursor: next } : {}) };
}

/** How many starts of tasks there are in each state. */
export async function countTranscodes(
  { temporal }: Reelay,
  filter: Omit<TaskFilter, 'states'> = {},
): Promise<Record<TranscodeStatus, number>> {
  const counts = TRANSCODE_STATUSES.map(async (state) => {
    const query = taskQuery({ ...filter, states: [state] });
    const { count } = await withTemporalFaults(SUBJECT, () => temporal.workflow.count(query));
    return [state, count] as const;
  });
  return Object.fromEntries(await Promise.all(counts)) as Record<TranscodeStatus, number>;
}

const SUBJECT = { what: 'the list of tasks', notFound: 'task-not-found' } as const;

const ACTIVE: readonly TranscodeStatus[] = ['queued', 'running', 'stopping'];

/** The query of Temporal's visibility that finds them. */
export function taskQuery({ states, sinceMs, untilMs, tenant }: TaskFilter): string {
  if (tenant !== undefined) assertName(tenant, 'tenant');
  const unknown = states?.find((state) => !TRANSCODE_STATUSES.includes(state));
  if (unknown !== undefined || states?.length === 0)
    throw fault('request-invalid', `states: expected some of ${TRANSCODE_STATUSES.join(', ')}, got ${show(unknown)}`);
  return [
    ofWorkflow('transcode'),
    ...(tenant === undefined ? [] : [whereAttribute('tenant', tenant)]),
    ...(sinceMs === undefined ? [] : [`StartTime >= '${new Date(sinceMs).toISOString()}'`]),
    ...(untilMs === undefined ? [] : [`StartTime < '${new Date(untilMs).toISOString()}'`]),
    ...(states === undefined ? [] : [`(${states.map(ofState).join(' OR ')})`]),
  ].join(' AND ');
}

/** A run that was terminated could not say so itself. */
function ofState(state: TranscodeStatus): string {
  const said = whereAttribute('state', state);
  if (ACTIVE.includes(state)) return `(${said} AND ExecutionStatus = 'Running')`;
  return state === 'cancelled' ? `(${said} OR ExecutionStatus = 'Terminated')` : said;
}

type Execution = NonNullable<
  Awaited<ReturnType<Reelay['temporal']['workflowService']['listWorkflowExecutions']>>['executions']
>[number];

const { WORKFLOW_EXECUTION_STATUS_RUNNING: RUNNING } = proto.temporal.api.enums.v1.WorkflowExecutionStatus;

function listedTask({ execution, searchAttributes, startTime, closeTime, status }: Execution): ListedTask {
  const fields = searchAttributes?.indexedFields ?? {};
  const said = valueOf(fields[SEARCH_ATTRIBUTES.state.name]) as TranscodeStatus;
  const failure = valueOf(fields[SEARCH_ATTRIBUTES.failure.name]);
  const endedAtMs = closeTime ? msOf(closeTime) : undefined;
  return {
    taskId: valueOf(fields[SEARCH_ATTRIBUTES.task.name]),
    tenant: valueOf(fields[SEARCH_ATTRIBUTES.tenant.name]),
    workflowId: execution?.workflowId ?? '',
    runId: execution?.runId ?? '',
    state: status !== RUNNING && ACTIVE.includes(said) ? 'cancelled' : said,
    ...(failure ? { failure } : {}),
    startedAtMs: msOf(startTime),
    ...defined({ endedAtMs }),
  };
}

const valueOf = (payload: Payload | undefined): string =>
  payload ? (defaultPayloadConverter.fromPayload<string | null>(payload) ?? '') : '';

/** A protobuf time. */
const msOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
