import type { z } from 'zod';

export interface Setting<Schema extends z.ZodType> {
  /** In the environment; the field of the same setting in a file is the key of the table. */
  variable: string;
  unit: string;
  meaning: string;
  schema: Schema;
  default?: z.input<Schema>;
  /** Where the default differs from host to host. */
  defaultText?: string;
  isRequired?: true;
  /** Never shown. */
  isSecret?: true;
}

export const setting = <
  Schema extends z.ZodType,
  const Rest extends Omit<Setting<Schema>, 'variable' | 'unit' | 'meaning' | 'schema'>,
>(
  [variable, unit, meaning]: [string, string, string],
  schema: Schema,
  rest: Rest,
) => ({ variable, unit, meaning, schema, ...rest });
