import type { z } from 'zod';
import { SETTINGS } from './config-settings.js';
import { CONFIG_VARIABLE, DEFAULT_CONFIG_FILE } from './config-reading.js';
import type { Setting } from './setting.js';

export interface SettingRow {
  variable: string;
  /** Empty where a file cannot hold it. */
  field: string;
  unit: string;
  default: string;
  meaning: string;
}

/** The rows of docs/configuration.md. */
export const SETTING_ROWS: readonly SettingRow[] = [
  {
    variable: CONFIG_VARIABLE,
    field: '',
    unit: 'path',
    default: DEFAULT_CONFIG_FILE,
    meaning: 'the JSON file that holds the settings below, by their fields',
  },
  ...Object.entries(SETTINGS).map(([field, one]: [string, Setting<z.ZodType>]) => ({
    variable: one.variable,
    field,
    unit: one.unit,
    default: defaultOf(one),
    meaning: one.meaning,
  })),
];

function defaultOf({ isRequired, defaultText, default: value }: Setting<z.ZodType>): string {
  if (isRequired) return 'required';
  if (defaultText !== undefined) return defaultText;
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
