import type { z } from 'zod';
import { fault } from '../contracts/errors.js';
import { SETTINGS, type SettingName } from './config-settings.js';
import { payloadKeyFaults } from './config-payload-settings.js';
import { readSettings, show, type Environment } from './config-reading.js';

type Settings = typeof SETTINGS;
type Value<Name extends SettingName> = z.output<Settings[Name]['schema']>;
type GivenName = {
  [Name in SettingName]: Settings[Name] extends { default: unknown } | { isRequired: true } ? Name : never;
}[SettingName];

/** Settings with a default, or that are required, have a value; the others may be missing. */
export type Config = { [Name in GivenName]: Value<Name> } & { [Name in Exclude<SettingName, GivenName>]?: Value<Name> };

/** Environment over file over defaults. Throws one failure that lists every fault, so that nobody corrects them one by one. */
export function readConfig(environment: Environment = process.env): Config {
  const { values, faults, file } = readSettings<Partial<Config>>(SETTINGS, environment);
  const unknown = Object.keys(file.fields)
    .filter((field) => !(field in SETTINGS))
    .map((field) => `"${field}" in ${file.path}: expected one of ${Object.keys(SETTINGS).join(', ')}`);
  faults.unshift(...unknown);
  faults.push(...missingPartners(values), ...contradictions(values));
  if (faults.length > 0) throw fault('config-invalid', `the configuration has faults:\n${faults.join('\n')}`);
  return values as Config;
}

/** The largest input that a transcode takes: what is fetched has to lie somewhere. */
export const largestInput = ({ inputMaxBytes, scratchMaxBytes }: Config): number => inputMaxBytes ?? scratchMaxBytes;

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
const contradictions = (values: Partial<Config>): string[] => [
  ...roomFaults(values),
  ...passwordFaults(values),
  ...payloadKeyFaults(values),
];

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
