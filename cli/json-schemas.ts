import { z } from 'zod';
import { frameEventSchema, gapEventSchema, streamEventSchema } from '../contracts/events.js';
import { policyChangeSchema, streamRequestSchema } from '../contracts/stream.js';

const SCHEMAS = {
  'frame-event': { schema: frameEventSchema, title: 'Data of dev.reelay.frame.captured.v1' },
  'gap-event': { schema: gapEventSchema, title: 'Data of dev.reelay.gap.recorded.v1' },
  'stream-event': {
    schema: streamEventSchema,
    title: 'Data of dev.reelay.stream.started.v1, interrupted.v1, resumed.v1 and ended.v1',
  },
  'stream-request': { schema: streamRequestSchema, title: 'Input of the workflow liveStream' },
  'policy-change': { schema: policyChangeSchema, title: 'Input of the update setCapturePolicy' },
} as const;

/**
 * File names and texts of the JSON Schemas that are shipped, from the definitions that validate. They describe what goes
 * in: fields with a default may be left out, and events may gain fields that old readers pass over.
 */
export const jsonSchemas = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, { schema, title }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [`${name}.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
