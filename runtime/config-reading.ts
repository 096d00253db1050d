import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Setting } from './setting.js';

export const CONFIG_VARIABLE = 'REELAY_CONFIG';
export const DEFAULT_CONFIG_FILE = 'reelay.json';

export type Environment = Readonly<Record<string, string | undefined>>;

interface ConfigFile {
  path: string;
  fields: Record<string, unknown>;
}

/** The values of the settings of a table, environment over file over defaults, with every fault that they have. */
export function readSettings<Values>(
  table: Readonly<Record<string, Setting<z.ZodType>>>,
  environment: Environment,
): { values: Values; faults: string[]; file: ConfigFile } {
  const faults: string[] = [];
  const file = readFile(environment[CONFIG_VARIABLE], faults);
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const result = readSetting(setting, { name, file, environment });
    if (result.fault) faults.push(result.fault);
    else if (result.value !== undefined) values[name] = result.value;
  }
  return { values: values as Values, faults, file };
}

/** A file that is named has to be there; the default one may be missing. */
function readFile(named: string | undefined, faults: string[]): ConfigFile {
  const at = path.resolve(named || DEFAULT_CONFIG_FILE);
  try {
    const fields = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(at, 'utf8')));
    return { path: at, fields };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (named || !isMissing) {
      const reason = isMissing
        ? 'no such file'
        : error instanceof z.ZodError
          ? 'not an object'
          : (error as Error).message;
      faults.push(`${CONFIG_VARIABLE}: expected a file with a JSON object, got ${at}: ${reason}`);
    }
    return { path: at, fields: {} };
  }
}

function readSetting(
  setting: Setting<z.ZodType>,
  { name, file, environment }: { name: string; file: ConfigFile; environment: Environment },
): { value?: unknown; fault?: string } {
  // An empty variable is one that is not set: `REELAY_X= reelay worker`.
  const fromEnvironment = environment[setting.variable]?.trim() || undefined;
  const fromFile = file.fields[name] ?? undefined;
  const given = fromEnvironment ?? fromFile ?? setting.default;
  if (given === undefined && !setting.isRequired) return {};
  const result = setting.schema.safeParse(given);
  if (result.success) return { value: result.data };
  const where = fromEnvironment === undefined && fromFile !== undefined ? ` ("${name}" in ${file.path})` : '';
  const shown = given === undefined ? 'nothing' : setting.isSecret ? 'a value that is not shown' : show(given);
  return { fault: `${setting.variable}${where}: ${result.error.issues[0]?.message ?? 'not valid'}, got ${shown}` };
}

export const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 200);
