import { z } from 'zod';
import { fault } from './errors.js';
import { isReserved } from './ids.js';
import { parseProfileRef } from './profile.js';
import { fields, name, parseRequest, tenantName } from './request.js';
import { sha256Hex } from './sha256-hex.js';
import { PREFIX, type AddressedRequest } from './transcode.js';

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
  /** Whether an object that is a playlist is taken for the segments that it names: people may upload what they like. */
  playlists: z.boolean().optional(),
  priority: z.int().min(0).max(100).default(50),
  tenant: tenantName,
});
export type ObjectTrigger = z.output<typeof triggerSchema>;
export type TriggerInput = z.input<typeof triggerSchema>;

/** Where outputs go: the bucket of the store, and what all keys in it begin with. */
export interface StorePlace {
  bucket: string;
  prefix: string;
}

/** Without the place of the store a trigger is taken for one of the store itself. */
export const parseTrigger = (input: unknown, store?: StorePlace): ObjectTrigger =>
  assertApart([triggerIn(input)], store)[0]!;

/** A list of triggers, each of a name of its own, none of which is fed by another. */
export function parseTriggers(input: unknown, store?: StorePlace): ObjectTrigger[] {
  if (!Array.isArray(input)) throw fault('trigger-invalid', 'expected a list of triggers');
  const triggers = input.map(triggerIn);
  const names = triggers.map((trigger) => trigger.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined)
    throw fault('trigger-invalid', `name: expected one trigger of each name, got two "${twice}"`);
  return assertApart(triggers, store);
}

function triggerIn(input: unknown): ObjectTrigger {
  const trigger = parseRequest(triggerSchema, input, () => 'trigger-invalid');
  parseProfileRef(trigger.profile);
  return trigger;
}

/** Outputs that start a task, whosever, would make outputs without end. */
function assertApart(triggers: ObjectTrigger[], store: StorePlace | undefined): ObjectTrigger[] {
  for (const { output } of triggers.filter(({ isHidden }) => !isHidden))
    for (const { name: other, bucket, prefix } of triggers) {
      if (output === undefined || !isBase(output, { bucket, prefix, store })) continue;
      throw fault(
        'trigger-invalid',
        `output: expected a prefix that is not below ${prefix || 'all that is meant'} of the trigger "${other}", got ${output}`,
      );
    }
  return triggers;
}

/** Whether outputs are among the objects of a bucket that begin so. */
function isBase(
  output: string,
  { bucket, prefix, store }: { bucket: string; prefix: string; store: StorePlace | undefined },
): boolean {
  if (!store) return prefix !== '' && `${output}/`.startsWith(prefix);
  const root = store.prefix === '' ? '' : `${store.prefix}/`;
  return bucket === store.bucket && `${root}${output}/`.startsWith(prefix);
}

/** What Reelay itself writes never starts a task: it is told by its folders, */
const OWN = /(?:^|\/)(?:\.reelay|transcodes|transcode-work|transcode-logs)\//;
/** and what a trigger has made, wherever that is, by the id of the task with its unit or manifest below it. */
const MADE = /(?:^|\/)[^/]+-[0-9a-f]{16}-[0-9a-f]{12}\/(?:[0-9a-f]{24}\/|manifest\.json$)/;

export const isMeant = (
  { bucket, prefix, suffixes }: ObjectTrigger,
  object: { bucket: string; key: string },
): boolean =>
  bucket === object.bucket &&
  object.key.startsWith(prefix) &&
  !object.key.endsWith('/') &&
  !OWN.test(object.key) &&
  !MADE.test(object.key) &&
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
): Promise<AddressedRequest> {
  const stem = await taskIdStem(trigger, object);
  const taskId = stem + (await sha256Hex(object.version)).slice(0, 12);
  const { tenant, profile, priority, output, isHidden, playlists = false } = trigger;
  return {
    taskId,
    tenant,
    profile,
    priority,
    input: { url: object.url, playlists },
    output: isHidden ? { isHidden } : { ...(output === undefined ? {} : { prefix: `${output}/${taskId}` }) },
    labels: { trigger: trigger.name },
  };
}

/** Where the outputs of all its tasks are, unless they are hidden. */
export const outputBase = ({ output, tenant }: ObjectTrigger): string => `${output ?? `${tenant}/transcodes`}/`;
