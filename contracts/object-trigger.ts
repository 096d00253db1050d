import { z } from 'zod';
import { fault } from './errors.js';
import { isReserved } from './ids.js';
import { parseProfileRef } from './profile.js';
import { fields, name, parseRequest, tenantName } from './request.js';
import { sha256Hex } from './sha256-hex.js';
import { PREFIX, type TranscodeRequest } from './transcode.js';

/** Which objects of a bucket are transcoded as they come, and into what. */
export const triggerSchema = fields({
  /** Part of the ids of its tasks. */
  name: name.max(40),
  bucket: z.string().min(1).max(255),
  /** Keys begin so; all unless given. */
  prefix: z.string().max(500).default(''),
  /** One of these, such as `.mov`, in any case; all unless given. */
  suffixes: z.array(z.string().min(1).max(40)).max(20).default([]),
  profile: z.string(),
  /** Outputs of a task go to `{output}/{taskId}`; `{tenant}/transcodes/{taskId}` unless given. */
  output: z
    .string()
    .max(300)
    .regex(PREFIX, 'expected a prefix without a slash at its ends')
    .refine((key) => !isReserved(key), 'expected a prefix that is not kept for Reelay itself')
    .optional(),
  /** Beside the original, which must be in the store itself. */
  isHidden: z.boolean().default(false),
  priority: z.int().min(0).max(100).default(50),
  tenant: tenantName,
});
export type ObjectTrigger = z.output<typeof triggerSchema>;
export type TriggerInput = z.input<typeof triggerSchema>;

export function parseTrigger(input: unknown): ObjectTrigger {
  const trigger = parseRequest(triggerSchema, input, () => 'trigger-invalid');
  parseProfileRef(trigger.profile);
  if (trigger.output === undefined || !`${trigger.output}/`.startsWith(trigger.prefix) || trigger.prefix === '')
    return trigger;
  throw fault(
    'trigger-invalid',
    `output: expected a prefix that is not below ${trigger.prefix}, got ${trigger.output}`,
  );
}

/** A list of triggers, each of a name of its own. */
export function parseTriggers(input: unknown): ObjectTrigger[] {
  if (!Array.isArray(input)) throw fault('trigger-invalid', 'expected a list of triggers');
  const triggers = input.map(parseTrigger);
  const names = triggers.map((trigger) => trigger.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined)
    throw fault('trigger-invalid', `name: expected one trigger of each name, got two "${twice}"`);
  return triggers;
}

/** What Reelay itself writes never starts a task. */
const OWN = /(?:^|\/)(?:\.reelay|transcodes|transcode-work|transcode-logs)\//;

export const isMeant = (
  { bucket, prefix, suffixes }: ObjectTrigger,
  object: { bucket: string; key: string },
): boolean =>
  bucket === object.bucket &&
  object.key.startsWith(prefix) &&
  !object.key.endsWith('/') &&
  !OWN.test(object.key) &&
  (suffixes.length === 0 || suffixes.some((suffix) => object.key.toLowerCase().endsWith(suffix.toLowerCase())));

/** The ids of the tasks of one object begin so, whichever version of it they are about. */
export const taskIdStem = async (
  trigger: ObjectTrigger,
  { bucket, key }: { bucket: string; key: string },
): Promise<string> => `${trigger.name}-${(await sha256Hex(`${bucket}/${key}`)).slice(0, 16)}-`;

/** The request for one version of an object: the same version asks for the same task. */
export async function requestFor(
  trigger: ObjectTrigger,
  object: { bucket: string; key: string; version: string; url: string },
): Promise<TranscodeRequest> {
  const stem = await taskIdStem(trigger, object);
  const taskId = stem + (await sha256Hex(object.version)).slice(0, 12);
  const { tenant, profile, priority, output, isHidden } = trigger;
  return {
    taskId,
    tenant,
    profile,
    priority,
    input: { url: object.url },
    output: isHidden ? { isHidden } : { ...(output === undefined ? {} : { prefix: `${output}/${taskId}` }) },
    labels: { trigger: trigger.name },
  };
}

/** Where the outputs of all its tasks are, unless they are hidden. */
export const outputBase = ({ output, tenant }: ObjectTrigger): string => `${output ?? `${tenant}/transcodes`}/`;
