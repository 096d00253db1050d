import { execa } from 'execa';
import { provideTemporal } from '../../dev/temporal.js';
import { fullStack, REELAY } from './full-stack.js';
import { STACK_SECRETS } from './secrets.js';

export interface CommandResult<Answer> {
  exitCode: number | undefined;
  /** The JSON document on standard output. */
  answer: Answer;
  startedAtMs: number;
  endedAtMs: number;
}

/** Runs `reelay … --json` as a user would, in the home of the stack. */
export async function reelay<Answer = Record<string, unknown>>(...args: string[]): Promise<CommandResult<Answer>> {
  const { env } = await fullStack();
  const startedAtMs = Date.now();
  const run = await execa(process.execPath, [REELAY, ...args, '--json'], { env, extendEnv: false, reject: false });
  if (run.stdout === '') throw new Error(`reelay ${args.join(' ')} printed nothing, but said: ${run.stderr}`);
  return { exitCode: run.exitCode, answer: JSON.parse(run.stdout) as Answer, startedAtMs, endedAtMs: Date.now() };
}

/** How long a command that only asks takes now: what a time is held against on a machine that has other work. */
export async function commandTakesMs(): Promise<number> {
  const { startedAtMs, endedAtMs } = await reelay('stream', 'list');
  return endedAtMs - startedAtMs;
}

/** Runs Temporal's own command line; its JSON answer where it gives one. */
export async function temporalCommand(...args: string[]): Promise<unknown> {
  const { env, addresses } = await fullStack();
  const program = await provideTemporal({ report: () => {} });
  const { address, namespace } = addresses.temporal;
  const options = [
    ...['--address', address, '--namespace', namespace, '--output', 'json'],
    ...['--codec-endpoint', `${addresses.http?.url}/codec`, '--codec-auth', `Bearer ${STACK_SECRETS.apiToken}`],
  ];
  const { stdout } = await execa(program, [...args, ...options], { env, extendEnv: false });
  return stdout.startsWith('{') ? (JSON.parse(stdout) as unknown) : undefined;
}
