import { fault } from './errors.js';
import type { HostKind } from './queues.js';

/** Names that callers give: they become workflow ids, object keys and record keys, so nothing in them needs escaping. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const DEFAULT_TENANT = 'default';

/** The first parts of keys that are of no tenant: none may be called so, and no output may lie below. */
export const RESERVED = { work: 'transcode-work', profiles: 'profiles' } as const;

export const isReserved = (key: string): boolean =>
  Object.values(RESERVED).some((first) => `${key}/`.startsWith(`${first}/`));

export interface StreamRef {
  tenant: string;
  streamId: string;
}

export interface TaskRef {
  tenant: string;
  taskId: string;
}

export const taskRefOf = ({ tenant, taskId }: TaskRef): TaskRef => ({ tenant, taskId });

export const transcodeWorkflowId = ({ tenant, taskId }: TaskRef): string => `transcode:${tenant}/${taskId}`;

export const streamWorkflowId = ({ tenant, streamId }: StreamRef): string => `stream:${tenant}/${streamId}`;

/** A callback tells of the end of one run. */
export const callbackWorkflowId = (task: TaskRef, runId: string): string =>
  `${transcodeWorkflowId(task)}:${runId}:callback`;

/** Captures had hosts first, and named them plainly. */
const LEASE_PREFIX = { capture: 'host' } as const satisfies Record<HostKind, string>;

export const hostWorkflowId = (kind: HostKind, host: string): string => `${LEASE_PREFIX[kind]}:${host}`;

export const segmentWorkflowId = (
  stream: StreamRef,
  { sessionId, epoch }: { sessionId: string; epoch: number },
): string => `${streamWorkflowId(stream)}:${sessionId}:${epoch}`;

/** One redrive at a time of the same letters: `redrive:all`, or what it is limited to, such as `redrive:stream=cam1`. */
export function redriveWorkflowId(limits: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(limits).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return `redrive:${parts.length === 0 ? 'all' : parts.join(',')}`;
}

/** The schedule of the janitor, and each round that it starts. */
export const JANITOR_ID = 'reelay-janitor';

export const WATCH_ID_PREFIX = 'watch:';

/** The schedule of a watch, and each look that it starts. */
export const watchWorkflowId = (watch: string): string => `${WATCH_ID_PREFIX}${watch}`;

/** Sortable by time: UTC start second, then entropy so that two sessions of one second differ. */
export function newSessionId(startedAtMs: number, entropy: string): string {
  const stamp = new Date(startedAtMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${stamp}-${entropy.replace(/[^a-z0-9]/gi, '').slice(0, 6)}`;
}

export function assertName(name: string, what: 'stream' | 'tenant' | 'task'): void {
  if (NAME_PATTERN.test(name)) return;
  throw fault(
    what === 'task' ? 'task-id-invalid' : 'stream-id-invalid',
    `${what} id ${JSON.stringify(name.slice(0, 120))} is not usable: expected 1 to 100 letters, digits, ".", "_" or "-", starting with a letter or digit`,
  );
}
