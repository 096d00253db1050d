import { z } from 'zod';
import { fault, type ErrorCode } from './errors.js';
import { DEFAULT_TENANT, isReserved, NAME_PATTERN } from './ids.js';
import { redact } from './redact.js';

/** What callers name things by: it becomes part of ids and keys. */
export const name = z
  .string()
  .regex(NAME_PATTERN, 'expected 1 to 100 letters, digits, ".", "_" or "-", starting with a letter or digit');

/** Whose streams and tasks they are: the first part of keys. */
export const tenantName = name
  .refine((tenant) => !isReserved(tenant), 'expected a name that is not kept for Reelay itself')
  .default(DEFAULT_TENANT);

/** An object that names the fields it knows when it meets one that it does not. */
export const fields = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `expected no fields but ${Object.keys(shape).join(', ')}` : undefined,
  });

/** What a request says, or a failure that names its first wrong field; `codeOf` tells which one by the field's path. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  codeOf: (path: string) => ErrorCode = codeOfName,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path.join('.') ?? '').slice(0, MOST_SHOWN);
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : undefined;
  throw fault(
    unknown ? 'request-invalid' : codeOf(path),
    `${path || 'request'}: ${issue?.message ?? 'not valid'}, got ${unknown?.join(', ').slice(0, MOST_SHOWN) ?? show(valueAt(input, issue?.path ?? []))}`,
  );
}

const codeOfName = (path: string): ErrorCode =>
  path === 'streamId' || path === 'tenant' ? 'stream-id-invalid' : 'request-invalid';

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);

const MOST_SHOWN = 120;
/** Nothing that is shown depends on what comes after this. */
const MOST_LOOKED_AT = 10_000;

/** Redacted before it is cut to what is shown: half a URL no longer tells where its password ends. */
export const show = (value: unknown): string =>
  redact((typeof value === 'number' ? String(value) : written(value)).slice(0, MOST_LOOKED_AT)).slice(0, MOST_SHOWN);

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'what cannot be written'; // lists in lists, ten thousand deep
  }
}
