import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fault } from '../contracts/errors.js';
import { CONFIG_VARIABLE, DEFAULT_CONFIG_FILE, SETTINGS, type SettingName } from './config-settings.js';

type Settings = typeof SETTINGS;
type Value<Name extends SettingName> = z.output<Settings[Name]['schema']>;
type GivenName = {
  [Name in SettingName]: Settings[Name] extends { default: unknown } | { isRequired: true } ? Name : never;
}[SettingName];

/** Settings with a default, or that are required, have a value; the others may be missing. */
export type Config = { [Name in GivenName]: Value<Name> } & { [Name in Exclude<SettingName, GivenName>]?: Value<Name> };

type Environment = Readonly<Record<string, string | undefined>>;

/** Environment over file over defaults. Throws one failure that lists every fault, so that nobody corrects them one by one. */
export function readConfig(environment: Environment = process.env): Config {
  const faults: string[] = [];
  const file = readFile(environment[CONFIG_VARIABLE], faults);
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const result = readSetting(name, { environment, file });
    if (result.fault) faults.push(result.fault);
    else if (result.value !== undefined) values[name] = result.value;
  }
  faults.push(...missingPartners(values), ...contradictions(values as Partial<Config>));
  if (faults.length > 0) throw fault('config-invalid', `the configuration has faults:\n${faults.join('\n')}`);
  return values as Config;
}

/** The largest input that a transcode takes: what is fetched has to lie somewhere. */
export const largestInput = ({ inputMaxBytes, scratchMaxBytes }: Config): number => inputMaxBytes ?? scratchMaxBytes;

interface ConfigFile {
  path: string;
  fields: Record<string, unknown>;
}

/** A file that is named has to be there; the default one may be missing. */
function readFile(named: string | undefined, faults: string[]): ConfigFile {
  const at = path.resolve(named || DEFAULT_CONFIG_FILE);
  try {
    const fields = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(at, 'utf8')));
    for (const field of Object.keys(fields)) {
      if (!(field in SETTINGS)) faults.push(`"${field}" in ${at}: expected one of ${Object.keys(SETTINGS).join(', ')}`);
    }
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
  name: SettingName,
  { environment, file }: { environment: Environment; file: ConfigFile },
): { value?: unknown; fault?: string } {
  const setting = SETTINGS[name];
  // An empty variable is one that is not set: `REELAY_X= reelay worker`.
  const fromEnvironment = environment[setting.variable]?.trim() || undefined;
  const fromFile = file.fields[name] ?? undefined;
  const given = fromEnvironment ?? fromFile ?? ('default' in setting ? setting.default : undefined);
  if (given === undefined && !('isRequired' in setting)) return {};
  const result = setting.schema.safeParse(given);
  if (result.success) return { value: result.data };
  const where = fromEnvironment === undefined && fromFile !== undefined ? ` ("${name}" in ${file.path})` : '';
  const shown = given === undefined ? 'nothing' : 'isSecret' in setting ? 'a value that is not shown' : show(given);
  return { fault: `${setting.variable}${where}: ${result.error.issues[0]?.message ?? 'not valid'}, got ${shown}` };
}

const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 200);

/** Settings that mean nothing without another one. */
const PARTNERS: readonly (readonly [SettingName, SettingName])[] = [
  ['kafkaSaslUsername', 'kafkaSaslMechanism'],
  ['kafkaSaslMechanism', 'kafkaSaslUsername'],
  ['kafkaSaslMechanism', 'kafkaSaslPassword'],
  ['kafkaTlsCertFile', 'kafkaTlsKeyFile'],
  ['kafkaTlsKeyFile', 'kafkaTlsCertFile'],
  ['backupAccessKeyId', 'backupSecretAccessKey'],
  ['backupSecretAccessKey', 'backupAccessKeyId'],
  ['backupEndpoint', 'backupStore'],
];

const missingPartners = (values: Partial<Record<SettingName, unknown>>): string[] =>
  PARTNERS.filter(([name, partner]) => values[name] !== undefined && values[partner] === undefined).map(
    ([name, partner]) =>
      `${SETTINGS[partner].variable}: expected a value where ${SETTINGS[name].variable} is set, got nothing`,
  );

/** Settings that do not go together. */
const contradictions = (values: Partial<Config>): string[] => [...roomFaults(values), ...passwordFaults(values)];

function roomFaults({ inputMaxBytes, scratchMaxBytes = Infinity }: Partial<Config>): string[] {
  if (inputMaxBytes === undefined || inputMaxBytes <= scratchMaxBytes) return [];
  const [input, scratch] = [SETTINGS.inputMaxBytes.variable, SETTINGS.scratchMaxBytes.variable];
  return [`${input}: expected at most ${scratch}, which is ${show(scratchMaxBytes)}, got ${show(inputMaxBytes)}`];
}

const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\]):\d+$/;

/** Who listens between a worker and a broker without TLS has the password. */
function passwordFaults({ events, kafkaSaslMechanism, kafkaTls, kafkaSaslWithoutTls }: Partial<Config>): string[] {
  if (kafkaSaslMechanism === undefined || kafkaTls || kafkaSaslWithoutTls || events?.kind !== 'kafka') return [];
  const far = events.brokers.find((broker) => !LOOPBACK.test(broker));
  if (far === undefined) return [];
  const [tls, allowed] = [SETTINGS.kafkaTls.variable, SETTINGS.kafkaSaslWithoutTls.variable];
  return [
    `${tls}: expected true, or ${allowed}, where ${SETTINGS.kafkaSaslMechanism.variable} is set and ${far} is another machine`,
  ];
}
