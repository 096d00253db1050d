import { z } from 'zod';
import { applyNotification, type AppliedNotification } from '../client/apply-notification.js';
import type { Reelay } from '../client/connect.js';
import { playTranscode, submitTranscode, type SubmittedTask } from '../client/transcodes.js';
import { problemOf } from '../contracts/errors.js';
import { DEFAULT_TENANT } from '../contracts/ids.js';
import { fields, parseRequest } from '../contracts/request.js';
import { transcodeRequestSchema } from '../contracts/transcode.js';
import type { ObjectTrigger } from '../contracts/object-trigger.js';

interface HookDeps {
  reelay: Reelay;
  triggers: readonly ObjectTrigger[];
}

export interface Hooks {
  /** A notification of a store. */
  objects(notification: unknown): Promise<AppliedNotification>;
  /** Somebody begins to play what a task makes. */
  play(body: unknown): Promise<PlayAnswer>;
}

export interface PlayAnswer extends Pick<SubmittedTask, 'taskId' | 'tenant'> {
  isNew: boolean;
  /** Where it is done there is nothing to hurry. */
  isDone: boolean;
}

/** The task that runs, or all that is needed to start it where there is none. */
const playSchema = fields({
  /** Where in the media, milliseconds. */
  atMs: z.number().min(0).default(0),
  taskId: z.string().optional(),
  tenant: z.string().default(DEFAULT_TENANT),
  request: transcodeRequestSchema.optional(),
}).refine(({ taskId, request }) => (taskId === undefined) !== (request === undefined), {
  error: 'expected either a taskId or a request',
});

/** Somebody waits for it. */
const PLAY_PRIORITY = 100;

export const createHooks = ({ reelay, triggers }: HookDeps): Hooks => ({
  objects: (notification) => applyNotification(reelay, { triggers, notification }),
  async play(body) {
    const { atMs, request, ...name } = parseRequest(playSchema, body);
    const submitted = request && (await submitTranscode(reelay, { ...request, priority: PLAY_PRIORITY }));
    const { taskId, tenant } = submitted ?? { taskId: name.taskId ?? '', tenant: name.tenant };
    const { isNew, isDone } = submitted ?? { isNew: false, isDone: false };
    if (isDone) return { taskId, tenant, isNew, isDone };
    const isOver = await playTranscode(reelay, { taskId, tenant, atMs }).then(
      () => false,
      (error: unknown) => endedSince(error, { isSubmitted: submitted !== undefined }),
    );
    return { taskId, tenant, isNew, isDone: isOver };
  },
});

/** A task that was just there may have been done meanwhile. */
function endedSince(error: unknown, { isSubmitted }: { isSubmitted: boolean }): true {
  if (isSubmitted && problemOf(error)?.code === 'task-not-found') return true;
  throw error;
}
