import { z } from 'zod';
import { deadLetterClosedSchema, deadLetterSchema } from '../contracts/dead-letter.js';
import { frameEventSchema, gapEventSchema, streamEventSchema } from '../contracts/events.js';
import { manifestSchema } from '../contracts/manifest.js';
import { profileSchema } from '../contracts/profile.js';
import { redriveRequestSchema } from '../contracts/redrive.js';
import { policyChangeSchema, streamRequestSchema } from '../contracts/stream.js';
import { transcodeEventSchema } from '../contracts/transcode-events.js';
import { inputSchema, transcodeRequestSchema } from '../contracts/transcode.js';
import { triggerSchema } from '../contracts/object-trigger.js';

const SCHEMAS = {
  'frame-event': { schema: frameEventSchema, title: 'Data of dev.reelay.frame.captured.v1' },
  'gap-event': { schema: gapEventSchema, title: 'Data of dev.reelay.gap.recorded.v1' },
  'stream-event': {
    schema: streamEventSchema,
    title: 'Data of dev.reelay.stream.started.v1, interrupted.v1, resumed.v1 and ended.v1',
  },
  'stream-request': { schema: streamRequestSchema, title: 'Input of the workflow liveStream' },
  'dead-letter': { schema: deadLetterSchema, title: 'Data of dev.reelay.dead-letter.recorded.v1' },
  'dead-letter-closed': { schema: deadLetterClosedSchema, title: 'Data of dev.reelay.dead-letter.closed.v1' },
  'redrive-request': { schema: redriveRequestSchema, title: 'Input of the workflow redriveDeadLetters' },
  'transcode-request': { schema: transcodeRequestSchema, title: 'Input of the workflow transcode' },
  'transcode-event': {
    schema: transcodeEventSchema,
    title: 'Data of dev.reelay.transcode.queued.v1, progressed.v1, succeeded.v1, failed.v1 and cancelled.v1',
  },
  'transcode-manifest': { schema: manifestSchema, title: 'The manifest of a transcode, beside its outputs' },
  profile: { schema: profileSchema, title: 'A profile of transcodes' },
  trigger: { schema: triggerSchema, title: 'One of the list in REELAY_TRIGGERS' },
  'policy-change': { schema: policyChangeSchema, title: 'Input of the update setCapturePolicy' },
} as const;

/**
 * File names and texts of the JSON Schemas that are shipped, from the definitions that validate. They describe what goes
 * in: fields with a default may be left out, and events may gain fields that old readers pass over.
 */
export const jsonSchemas = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, { schema, title }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', override });
      return [`${name}.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );

type Overriding = Parameters<NonNullable<z.core.ToJSONSchemaParams['override']>>[0];

function override({ zodSchema, jsonSchema }: Overriding): void {
  // `contentEncoding` says it; a format that no standard names makes strict readers refuse the schema.
  if (jsonSchema.format === 'base64') delete jsonSchema.format;
  if (zodSchema !== (inputSchema as z.core.$ZodType)) return;
  const { type, properties, required, additionalProperties } = jsonSchema;
  for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
  jsonSchema.anyOf = [{ type: 'string' }, { type, properties, required, additionalProperties }] as never;
}
