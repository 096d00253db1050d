import { statfs } from 'node:fs/promises';
import pc from 'picocolors';
import { connect } from '../client/connect.js';
import { holdsToConditions } from '../adapters/object-store/holds-to-conditions.js';
import { fault, problemOf } from '../contracts/errors.js';
import { TOPICS } from '../contracts/events.js';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';
import { prepareSandbox } from '../media/confinement.js';
import { inspectFfmpeg } from '../media/inspect-ffmpeg.js';
import { inspectEncoder } from '../media/transcode/inspect-encoder.js';
import { readConfig, type Config } from '../runtime/config.js';
import { EXIT } from './exit-code.js';
import { printJson } from './output.js';
import { withStores } from './sessions.js';
import { adoptStack } from './stack-environment.js';

interface Finding {
  check: string;
  isGood: boolean;
  detail: string;
}

const CLOCK_WITHIN_MS = 5000;
const TOLERATED_SKEW_MS = 2000;

type Check = (config: Config) => Promise<string>;

const CHECKS: Record<string, Check> = {
  ffmpeg: ({ ffmpeg }) => inspectFfmpeg(ffmpeg),
  encoder: checkEncoder,
  sandbox: checkSandbox,
  temporal: checkTemporal,
  clock: checkClock,
  store: checkStore,
  events: checkEvents,
  spool: checkSpool,
};

/** Looks at everything a worker needs and says what is not fit. */
export async function diagnose({ json = false }: { json?: boolean }): Promise<void> {
  await adoptStack();
  const config = readConfig();
  const findings = await Promise.all(Object.entries(CHECKS).map(([name, check]) => find(name, () => check(config))));
  if (json) printJson(findings);
  else
    for (const { check, isGood, detail } of findings)
      console.log(`${isGood ? pc.green('✔') : pc.red('✖')} ${check.padEnd(10)}${detail}`);
  if (findings.some(({ isGood }) => !isGood)) process.exitCode = EXIT.failed;
}

async function find(check: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { check, isGood: true, detail: await look() };
  } catch (error) {
    const problem = problemOf(error);
    return { check, isGood: false, detail: problem ? `${problem.code}: ${problem.message}` : String(error) };
  }
}

async function checkEncoder({ ffmpeg }: Config): Promise<string> {
  const { canToneMap } = await inspectEncoder(ffmpeg);
  return `has what transcodes need${canToneMap ? '' : ', but cannot map the tones of HDR'}`;
}

async function checkSandbox({ sandbox }: Config): Promise<string> {
  if (sandbox === 'off') return 'ffmpeg is not confined: REELAY_SANDBOX is off';
  await prepareSandbox('required', { has: ['network', 'limits'] });
  return 'ffmpeg of transcodes has no network, that of captures no files, and both have limits';
}

async function checkTemporal(): Promise<string> {
  const reelay = await connect();
  try {
    const { operatorService, options } = reelay.temporal.connection as never as {
      operatorService: { listSearchAttributes(request: object): Promise<{ customAttributes: object }> };
      options: { address: string };
    };
    const { customAttributes } = await operatorService.listSearchAttributes({
      namespace: reelay.temporal.options.namespace,
    });
    const missing = Object.values(SEARCH_ATTRIBUTES).flatMap(({ name }) => (name in customAttributes ? [] : [name]));
    if (missing.length > 0)
      throw new Error(`search attributes are missing: ${missing.join(', ')}; create them as Keyword`);
    return `${options.address}, namespace ${reelay.temporal.options.namespace}, search attributes registered`;
  } finally {
    await reelay.close();
  }
}

/** By the `Date` of the store's answers, which has whole seconds. */
async function checkClock({ store, s3Endpoint, s3Region }: Config): Promise<string> {
  if (store.kind === 'file') return 'not compared: a folder has no clock of its own';
  const sentMs = Date.now();
  const { headers } = await fetch(s3Endpoint ?? `https://s3.${s3Region ?? 'us-east-1'}.amazonaws.com`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(CLOCK_WITHIN_MS),
  });
  const skewMs = (sentMs + Date.now()) / 2 - Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(skewMs)) return 'not compared: the store does not tell the time';
  const skew = `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the store`;
  if (Math.abs(skewMs) > TOLERATED_SKEW_MS) throw new Error(`the wall clock of this machine is ${skew}`);
  return skew;
}

async function checkStore(): Promise<string> {
  const key = '.reelay-doctor';
  const body = Buffer.from(new Date().toISOString());
  return withStores(async (reelay) => {
    const { store } = await reelay.adapters();
    await store.put(key, body, { contentType: 'text/plain' });
    const read = await store.get(key);
    if (!read?.body.equals(body)) throw new Error('what was written cannot be read back');
    const where = store.url(key).slice(0, -key.length);
    if (!(await holdsToConditions(store)))
      throw fault('store-unconditional', `${where} does not hold to If-None-Match: the last writer wins`);
    return `${where}: written and read back, and the first writer wins`;
  });
}

async function checkEvents(): Promise<string> {
  await withStores(async (reelay) => {
    const { source } = await reelay.adapters();
    for (const topic of [TOPICS.frames, TOPICS.streams, TOPICS.transcodes, TOPICS.deadLetters]) {
      for await (const _ of source.read(topic, { sinceMs: Date.now() })) break;
    }
  });
  return 'topics can be read';
}

async function checkSpool({ spoolDir, spoolMaxBytes }: Config): Promise<string> {
  const { bavail, bsize } = await statfs(spoolDir);
  const freeBytes = bavail * bsize;
  const inGb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  if (freeBytes < spoolMaxBytes)
    throw new Error(
      `${spoolDir} has ${inGb(freeBytes)} free, less than the ${inGb(spoolMaxBytes)} that the spool may use`,
    );
  return `${spoolDir}: ${inGb(freeBytes)} free for at most ${inGb(spoolMaxBytes)}`;
}
