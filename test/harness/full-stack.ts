import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { reach } from '../../dev/ports.js';
import type { StackAddresses } from '../../dev/stack-addresses.js';
import { orphanedCaptures } from '../../chaos/processes.js';
import { processesWith } from './processes.js';
import { SECRET_SETTINGS } from './secrets.js';
import { endScene } from './stage.js';

/** The whole product as `reelay up --full --detach` starts it, in a home of its own, with payloads encrypted. */
export interface FullStack {
  home: string;
  addresses: StackAddresses;
  /** For commands that are to find it. */
  env: Record<string, string>;
}

export const REELAY = 'bin/reelay';

/** A first start builds servers, which takes minutes. */
const START_WITHIN_MS = 900_000;
const DOWN_WITHIN_MS = 90_000;

let starting: Promise<FullStack> | undefined;
const beforeDown: (() => Promise<unknown>)[] = [];

/** To be called in a `describe`: the stack runs from its first test on, and what its tests started ends with its last. */
export function useFullStack(): void {
  before('start the stack', async function () {
    this.timeout(START_WITHIN_MS);
    await fullStack();
  });
  after('end the scene', endScene);
}

/** The one stack of this mocha process. */
export const fullStack = (): Promise<FullStack> => (starting ??= start());

/** Closes what talks to the stack before the stack goes. */
export const closeBeforeDown = (close: () => Promise<unknown>): void => void beforeDown.push(close);

// A root hook, since this file is only ever imported at the top of a test file.
after('stop the stack and leave nothing behind', async function () {
  const stack = await starting?.catch(() => undefined); // where it failed, its test tells why, and its logs stay
  if (stack === undefined) return;
  this.timeout(DOWN_WITHIN_MS);
  const { home, env } = stack;
  await Promise.all(beforeDown.map((close) => close()));
  const ports = Object.entries(JSON.parse(await readFile(join(home, 'ports.json'), 'utf8')) as Record<string, number>);
  const { stdout } = await execa(process.execPath, [REELAY, 'down', '--json'], { env, extendEnv: false });
  assert.ok((JSON.parse(stdout) as { stopped: string[] }).stopped.includes('up'), stdout);
  assert.deepEqual(await processesWith(home, { inEnvironment: true }), []);
  assert.deepEqual(orphanedCaptures(), []);
  for (const [name, port] of ports) await assert.rejects(reach(port), /ECONNREFUSED/, `${name} listens at ${port}`);
  await rm(home, { recursive: true });
});

async function start(): Promise<FullStack> {
  const home = mkdtempSync(join(tmpdir(), 'reelay-e2e-'));
  const env = { ...foreignEnvironment(), ...SECRET_SETTINGS, REELAY_HOME: home };
  const up = await execa(process.execPath, [REELAY, 'up', '--full', '--detach', '--json'], {
    env,
    extendEnv: false,
    reject: false,
    // A pipe would stay open for as long as the stack runs, should it leak to it.
    timeout: START_WITHIN_MS,
  });
  assert.equal(up.exitCode, 0, up.stderr);
  return { home, env, addresses: JSON.parse(up.stdout) as StackAddresses };
}

/** Our environment without what would point a command at somebody else's servers. */
function foreignEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(?:REELAY_(?!FFMPEG$)|TEMPORAL_|AWS_|KAFKA_(?!HOME$))/.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
