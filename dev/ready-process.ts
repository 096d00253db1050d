import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { startChild } from './child.js';
import { logIn, ownServer, type Server } from './server.js';
import { untilReady } from './until-ready.js';

const START_DEADLINE_MS = 60_000;
const READY = /^\{.*"ready":\s*true/m;

export interface ReadyProcessOptions {
  name: string;
  home: string;
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** How long it may take to end in good order. */
  stopGraceMs: number;
}

/** A process of ours; ready when it has printed a JSON line that says so. */
export async function startReadyProcess({
  name,
  home,
  command,
  env,
  signal,
  stopGraceMs,
}: ReadyProcessOptions): Promise<Server> {
  const log = logIn(home, name);
  const begin = await sizeOf(log);
  const child = startChild({ name, command, env, log, home });
  await untilReady(child, {
    deadlineMs: START_DEADLINE_MS,
    signal,
    check: async () => {
      if (!READY.test(await text(createReadStream(log, { start: begin })))) throw new Error('it does not say so yet');
    },
  });
  return { ...ownServer(child), stop: (graceMs = stopGraceMs) => child.stop(graceMs) };
}

const sizeOf = (log: string): Promise<number> =>
  stat(log).then(
    ({ size }) => size,
    () => 0, // absent before the first start
  );
