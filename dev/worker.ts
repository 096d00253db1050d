import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { startChild } from './child.js';
import { logIn, ownServer, type Server } from './server.js';
import { untilReady } from './until-ready.js';

const START_DEADLINE_MS = 60_000;
/** A worker ends its captures in good order before it goes. */
const STOP_GRACE_MS = 30_000;
const READY = /^\{.*"ready":\s*true/m;

export interface WorkerOptions {
  role: string;
  home: string;
  /** What to run, up to the roles: `node bin/reelay worker`. */
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** A worker process of one role; ready when it has printed a JSON line that says so. */
export async function startWorker({ role, home, command, env, signal }: WorkerOptions): Promise<Server> {
  const name = `worker-${role}`;
  const log = logIn(home, name);
  const begin = await sizeOf(log);
  const child = startChild({ name, command: [...command, '--roles', role], env, log, home });
  await untilReady(child, {
    deadlineMs: START_DEADLINE_MS,
    signal,
    check: async () => {
      if (!READY.test(await text(createReadStream(log, { start: begin })))) throw new Error('it is not polling yet');
    },
  });
  return { ...ownServer(child), stop: (graceMs = STOP_GRACE_MS) => child.stop(graceMs) };
}

const sizeOf = (log: string): Promise<number> =>
  stat(log).then(
    ({ size }) => size,
    () => 0, // absent before the first start
  );
