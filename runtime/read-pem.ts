import { readFile } from 'node:fs/promises';
import { fault } from '../contracts/errors.js';
import { SETTINGS } from './config-settings.js';
import type { Config } from './config.js';

type PemSetting = 'kafkaTlsCaFile' | 'kafkaTlsCertFile' | 'kafkaTlsKeyFile' | 'sourceCaFile';

/** The file that a setting names; undefined where it names none. */
export async function readPem<Name extends PemSetting>(config: Config, name: Name) {
  const file = config[name];
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw fault('config-invalid', `${SETTINGS[name].variable}: expected a readable file, got ${file}`, { cause });
  });
}
