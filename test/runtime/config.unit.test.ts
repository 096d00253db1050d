import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { problemOf } from '../../contracts/errors.js';
import { readConfig } from '../../runtime/config.js';
import { SETTING_ROWS } from '../../runtime/setting-rows.js';

const NEEDED = { REELAY_STORE: 's3://frames/live', REELAY_EVENTS: 'kafka://k1:9092,k2:9093' };

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** The lines of the failure after its first. */
function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    const problem = problemOf(error);
    assert.equal(problem?.code, 'config-invalid', String(error));
    return problem.message.split('\n').slice(1);
  }
  return [];
}

describe('the configuration of a worker', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reelay-config-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const file = async (content: unknown): Promise<string> => {
    const at = path.join(folder, 'reelay.json');
    await writeFile(at, typeof content === 'string' ? content : JSON.stringify(content));
    return at;
  };

  it('takes folders with commas between them, or as a list, where they are absolute', async () => {
    const foldersOf = (environment: Record<string, string>): string[] =>
      readConfig({ ...NEEDED, ...environment }).inputAllowFolders;
    assert.deepEqual(foldersOf({ REELAY_INPUTS_ALLOW_FOLDERS: '/media/in, /srv/films/' }), ['/media/in', '/srv/films']);
    assert.deepEqual(foldersOf({ REELAY_CONFIG: await file({ inputAllowFolders: ['/media'] }) }), ['/media']);
    const [fault = ''] = faultsOf({ ...NEEDED, REELAY_INPUTS_ALLOW_FOLDERS: '/media,films' });
    assert.match(fault, /REELAY_INPUTS_ALLOW_FOLDERS: expected absolute paths/);
  });

  it('takes addresses that inputs must be below, each to its last slash', () => {
    const addressesOf = (text: string) => readConfig({ ...NEEDED, REELAY_INPUTS_ALLOW: text }).inputAllowAddresses;
    assert.deepEqual(addressesOf('s3://media/in, https://cdn.example'), ['s3://media/in/', 'https://cdn.example/']);
    const [fault = ''] = faultsOf({ ...NEEDED, REELAY_INPUTS_ALLOW: 's3://media/,media/in' });
    assert.match(fault, /REELAY_INPUTS_ALLOW: expected addresses such as/);
  });

  it('needs a store and an event log, and has a default for all else', () => {
    assert.deepEqual(readConfig(NEEDED), {
      store: { kind: 's3', bucket: 'frames', prefix: 'live' },
      events: { kind: 'kafka', brokers: ['k1:9092', 'k2:9093'] },
      host: hostname(),
      hostLeaseMs: 3000,
      spoolDir: path.resolve('.reelay/spool'),
      spoolMaxBytes: 1_073_741_824,
      ffmpeg: 'ffmpeg',
      sourceNetworks: [],
      inputNetworks: [],
      callbackNetworks: [],
      allowPrivateSources: false,
      unconditionalStore: 'refuse',
      verifySources: true,
      allowFileSources: false,
      sandbox: 'required',
      maxStreams: 8 * availableParallelism(),
      deliveryConcurrency: 16,
      deliveryMaxAgeMs: 3_600_000,
      latestEvery: 0,
      ledgerEveryMs: 10_000,
      scratchDir: path.resolve('.reelay/scratch'),
      scratchMaxBytes: 20 * 1024 ** 3,
      inputAllowFolders: [],
      inputAllowAddresses: [],
      transcodeConcurrency: Math.ceil(availableParallelism() / 2),
      logLevel: 'info',
      s3Checksums: 'WHEN_REQUIRED',
      s3ConnectTimeoutMs: 2000,
      s3SocketTimeoutMs: 5000,
      s3RequestTimeoutMs: 10_000,
      s3MaxSockets: 64,
      publishDeadlineMs: 10_000,
      maxPendingBytes: 67_108_864,
      kafkaTls: false,
      kafkaSaslWithoutTls: false,
      callbackSecrets: {},
      http: { host: '127.0.0.1', port: 8300 },
      apiTokens: {},
      payloadKeys: {},
    });
  });

  it('reads folders and the forms of a bucket', () => {
    const storeOf = (REELAY_STORE: string) => readConfig({ ...NEEDED, REELAY_STORE }).store;
    assert.deepEqual(storeOf('file:///var/lib/reelay%20data/'), { kind: 'file', folder: '/var/lib/reelay data' });
    assert.deepEqual(storeOf('s3://frames'), { kind: 's3', bucket: 'frames', prefix: '' });
    assert.deepEqual(storeOf('s3://frames/'), { kind: 's3', bucket: 'frames', prefix: '' });
    assert.deepEqual(storeOf('s3://frames/a/b/'), { kind: 's3', bucket: 'frames', prefix: 'a/b' });
    const { events } = readConfig({ ...NEEDED, REELAY_EVENTS: 'file:///var/events' });
    assert.deepEqual(events, { kind: 'file', folder: '/var/events' });
  });

  const latest: [text: string, expected: number | 'off'][] = [
    ['off', 'off'],
    ['0s', 0],
    ['10s', 10_000],
  ];
  for (const [text, expected] of latest)
    it(`takes ${text} for the copies of the newest picture`, () => {
      assert.equal(readConfig({ ...NEEDED, REELAY_LATEST_EVERY: text }).latestEvery, expected);
    });

  const SASL = {
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'reelay',
    KAFKA_SASL_PASSWORD: 'secret',
  };
  const passwords: [what: string, environment: Record<string, string>, isTaken: boolean][] = [
    ['in clear to another machine', {}, false],
    ['in clear where that is allowed', { KAFKA_SASL_WITHOUT_TLS: 'true' }, true],
    ['by TLS', { KAFKA_TLS: 'true' }, true],
    ['in clear to this machine', { REELAY_EVENTS: 'kafka://localhost:9092,127.0.0.1:9093,[::1]:9094' }, true],
    ['in clear to this machine and another one', { REELAY_EVENTS: 'kafka://localhost:9092,k1:9092' }, false],
  ];
  for (const [what, environment, isTaken] of passwords)
    it(`${isTaken ? 'sends' : 'does not send'} the password of brokers ${what}`, () => {
      const given = { ...NEEDED, ...SASL, ...environment };
      if (isTaken) assert.equal(readConfig(given).kafkaSaslMechanism, 'plain');
      else assert.match(faultsOf(given)[0] ?? '', /KAFKA_TLS: expected true, or KAFKA_SASL_WITHOUT_TLS/);
    });

  it('takes no input that has no room in the scratch folder', () => {
    const sizes = (input: number, scratch: number) => ({
      ...NEEDED,
      REELAY_INPUT_MAX_BYTES: String(input),
      REELAY_SCRATCH_MAX_BYTES: String(scratch),
    });
    assert.equal(readConfig(sizes(2_000_000, 2_000_000)).inputMaxBytes, 2_000_000);
    const [fault = ''] = faultsOf(sizes(2_000_001, 2_000_000));
    assert.match(fault, /REELAY_INPUT_MAX_BYTES: expected at most REELAY_SCRATCH_MAX_BYTES, which is 2000000/);
    assert.equal(readConfig({ ...NEEDED, REELAY_SCRATCH_MAX_BYTES: '2000000' }).inputMaxBytes, undefined);
  });

  it('takes the environment over the file, and the file over the defaults', async () => {
    const REELAY_CONFIG = await file({
      store: 's3://of-file',
      maxStreams: 7,
      deliveryConcurrency: 3,
      allowFileSources: true,
    });
    const config = readConfig({ ...NEEDED, REELAY_CONFIG, REELAY_MAX_STREAMS: '9', REELAY_DELIVERY_CONCURRENCY: '' });
    assert.equal(config.store.kind === 's3' && config.store.bucket, 'frames');
    assert.equal(config.maxStreams, 9);
    assert.equal(config.deliveryConcurrency, 3);
    assert.equal(config.allowFileSources, true);
    assert.equal(config.logLevel, 'info');
  });

  it('reports every fault at once, each with its variable, what was expected and what came', async () => {
    const REELAY_CONFIG = await file({ deliveryConcurrency: 'many', colour: 'red' });
    assert.deepEqual(
      faultsOf({
        REELAY_CONFIG,
        REELAY_STORE: 'ftp://host/folder',
        REELAY_SPOOL_MAX_BYTES: '1 GB',
        REELAY_SOURCES_ALLOW_PRIVATE: 'yes',
        REELAY_LOG_LEVEL: 'loud',
        KAFKA_SASL_USERNAME: 'reelay',
      }).map((line) => line.replaceAll(REELAY_CONFIG, 'FILE').replace(/(colour.*expected one of ).*/, '$1...')),
      [
        '"colour" in FILE: expected one of ...',
        'REELAY_STORE: expected s3://bucket/prefix or file:///folder, got "ftp://host/f***bf84"',
        'REELAY_EVENTS: expected kafka:// and brokers as host:port,host:port, or file:///folder, got nothing',
        'REELAY_SPOOL_MAX_BYTES: expected a whole number from 1048576 to 9007199254740991, got "1 GB"',
        'REELAY_SOURCES_ALLOW_PRIVATE: expected true or false, got "yes"',
        'REELAY_DELIVERY_CONCURRENCY ("deliveryConcurrency" in FILE): expected a whole number from 1 to 1000, got "many"',
        'REELAY_LOG_LEVEL: expected one of debug, info, warn, error, got "loud"',
        'KAFKA_SASL_MECHANISM: expected a value where KAFKA_SASL_USERNAME is set, got nothing',
      ],
    );
  });

  it('refuses addresses that lead nowhere', () => {
    for (const REELAY_STORE of [
      's3://',
      's3://UPPER',
      's3://b',
      's3://frames//x',
      's3://frames/../x',
      'file://host/x',
      'frames',
    ]) {
      assert.equal(faultsOf({ ...NEEDED, REELAY_STORE }).length, 1, REELAY_STORE);
    }
    for (const REELAY_EVENTS of [
      'kafka://',
      'kafka://host',
      'kafka://host:0',
      'kafka://host:70000',
      'kafka://a:1,,b:2',
      'a:1',
    ]) {
      assert.equal(faultsOf({ ...NEEDED, REELAY_EVENTS }).length, 1, REELAY_EVENTS);
    }
  });

  it('never shows a secret', async () => {
    const REELAY_CONFIG = await file({ kafkaSaslPassword: 12345, kafkaSaslUsername: 'u', kafkaSaslMechanism: 'plain' });
    const [line = ''] = faultsOf({ ...NEEDED, REELAY_CONFIG });
    assert.match(line, /^KAFKA_SASL_PASSWORD .*got a value that is not shown$/);
    assert.doesNotMatch(line, /12345/);
  });

  it('refuses a named file that is missing or holds no object', async () => {
    const missing = path.join(folder, 'none.json');
    assert.deepEqual(faultsOf({ ...NEEDED, REELAY_CONFIG: missing }), [
      `REELAY_CONFIG: expected a file with a JSON object, got ${missing}: no such file`,
    ]);
    for (const content of ['[]', '"text"', '{ half']) {
      const [line = ''] = faultsOf({ ...NEEDED, REELAY_CONFIG: await file(content) });
      assert.match(line, /^REELAY_CONFIG: expected a file with a JSON object/, content);
    }
  });

  it('is described row for row in docs/configuration.md', async () => {
    const page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    assert.deepEqual(
      rows,
      SETTING_ROWS.map((row) => [code(row.variable), code(row.field), row.unit, row.default, row.meaning]),
    );
  });
});
