import {
  callbackWorkflowId,
  hostWorkflowId,
  JANITOR_ID,
  redriveWorkflowId,
  segmentWorkflowId,
  streamWorkflowId,
  transcodeWorkflowId,
  watchWorkflowId,
} from './ids.js';
import { WORKFLOW_QUEUE, type HostKind } from './queues.js';

interface WorkflowRow {
  /** The name on the wire, which histories and schedules hold. */
  type: string;
  taskQueue: string;
  idOf: (...names: never[]) => string;
  /** What it takes beside its request: tests, its own next run and a redrive give it, no caller does. */
  privateInputs: readonly string[];
}

/** Every workflow, one row each: how it is started, found and told from the others. */
export const WORKFLOWS = {
  liveStream: {
    type: 'liveStream',
    taskQueue: WORKFLOW_QUEUE,
    idOf: streamWorkflowId,
    privateInputs: ['carried', 'continueAfterEvents'],
  },
  captureSegment: {
    type: 'captureSegment',
    taskQueue: WORKFLOW_QUEUE,
    idOf: segmentWorkflowId,
    privateInputs: [],
  },
  /** The lease of a host that captures; its name on the wire is older than that word. */
  captureLease: {
    type: 'captureHost',
    taskQueue: WORKFLOW_QUEUE,
    idOf: (host: string) => hostWorkflowId('capture', host),
    privateInputs: [],
  },
  transcode: {
    type: 'transcode',
    taskQueue: WORKFLOW_QUEUE,
    idOf: transcodeWorkflowId,
    privateInputs: ['redrives', 'chunkMs', 'chunksAtOnce'],
  },
  deliverCallback: {
    type: 'deliverCallback',
    taskQueue: WORKFLOW_QUEUE,
    idOf: callbackWorkflowId,
    privateInputs: [],
  },
  redriveDeadLetters: {
    type: 'redriveDeadLetters',
    taskQueue: WORKFLOW_QUEUE,
    idOf: redriveWorkflowId,
    privateInputs: ['carried', 'lettersInStretch', 'continueAfterEvents'],
  },
  cleanStore: {
    type: 'cleanStore',
    taskQueue: WORKFLOW_QUEUE,
    idOf: () => JANITOR_ID,
    privateInputs: [],
  },
  watchPrefix: {
    type: 'watchPrefix',
    taskQueue: WORKFLOW_QUEUE,
    idOf: watchWorkflowId,
    privateInputs: [],
  },
} as const satisfies Record<string, WorkflowRow>;

export type WorkflowName = keyof typeof WORKFLOWS;
type PrivateInput<Name extends WorkflowName> = (typeof WORKFLOWS)[Name]['privateInputs'][number];

/** What starts a workflow: its request and, of these types, the private inputs that its row names and no others. */
export type InputOf<
  Name extends WorkflowName,
  Request,
  Private extends Record<PrivateInput<Name>, unknown>,
> = Request & {
  [Input in PrivateInput<Name>]?: Private[Input];
};

/** The request in what a run was started with: what a retry, or a comparison with another request, is made of. */
export function requestIn(workflow: WorkflowName, input: unknown): Record<string, unknown> {
  const isPrivate = (key: string): boolean => WORKFLOWS[workflow].privateInputs.some((each) => each === key);
  return Object.fromEntries(Object.entries(input ?? {}).filter(([key]) => !isPrivate(key)));
}

/** The part of a visibility query that finds runs of one workflow. */
export const ofWorkflow = (workflow: WorkflowName): string => `WorkflowType = '${WORKFLOWS[workflow].type}'`;

/** What each kind of host runs: the workflow that holds its lease, and the one that names it while something of it runs there. */
export const HOST_WORKFLOWS = {
  capture: { lease: 'captureLease', runs: 'liveStream' },
} as const satisfies Record<HostKind, { lease: WorkflowName; runs: WorkflowName }>;
