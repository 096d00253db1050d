import { parseRequest } from './request.js';
import { triggerSchema, parseTrigger, type ObjectTrigger } from './object-trigger.js';
import { z } from 'zod';

/** A prefix of the store that is looked through now and then, and what is made of the objects there. */
export const watchSchema = z.strictObject({ ...triggerSchema.shape, everyMs: z.int().min(10_000).max(86_400_000) });

/** The store itself stands for its bucket. */
export type WatchInput = Omit<z.input<typeof watchSchema>, 'bucket'>;
export type Watch = ObjectTrigger & { everyMs: number };

const OWN_STORE = 'store';

export function parseWatch(input: unknown): Watch {
  const { everyMs, ...trigger } = parseRequest(
    watchSchema,
    { ...(input as object), bucket: OWN_STORE },
    () => 'trigger-invalid',
  );
  return { ...parseTrigger(trigger, { bucket: OWN_STORE, prefix: '' }), everyMs };
}

/** What one look through a prefix has found. */
export interface WatchResult {
  /** Objects that were meant. */
  objects: number;
  /** Tasks that were started for them; the others have one. */
  started: number;
}
