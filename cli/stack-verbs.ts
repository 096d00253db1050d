import { fileURLToPath } from 'node:url';
import { fault, problemOf } from '../contracts/errors.js';
import type { StackAddresses } from '../dev/stack-addresses.js';
import { readClaim } from '../dev/stack-claim.js';
import { EXIT } from './exit-code.js';
import { reportToStarter, upDetached, type DetachedEnd } from './stack-detach.js';
import { runDown } from './stack-down.js';
import { stackHome } from './stack-environment.js';
import { describeAddresses, say, showNotice, showStep } from './stack-output.js';
import { addressesOfRunning } from './stack-running.js';
import { runUp } from './stack-up.js';
import { untilStoppedTwice } from './until-stopped.js';

export interface StackCommandOptions {
  /** How this command line is run; default: as of this installation. */
  reelay?: readonly [string, ...string[]];
  /** Called once the stack is ready and its addresses are shown; `signal` aborts when it is to stop. */
  onReady?: (addresses: StackAddresses, context: { demo: boolean; signal: AbortSignal }) => Promise<void>;
}

export interface UpFlags {
  full?: boolean;
  detach?: boolean;
  demo?: boolean;
  json?: boolean;
}

export const up = (flags: UpFlags, options: StackCommandOptions): Promise<void> =>
  flags.detach ? upInBackground(flags) : upInForeground(flags, options);

async function upInForeground(
  { full = false, demo = false, json = false }: UpFlags,
  options: StackCommandOptions,
): Promise<void> {
  const home = stackHome();
  const signal = untilStoppedTwice();
  const tellStarter = reportToStarter();
  try {
    const owner = await runUp({
      home,
      full,
      demo,
      signal,
      reelay: options.reelay ?? [process.execPath, REELAY],
      onNotice: showNotice,
      onStep: (step) => {
        showStep(step);
        tellStarter?.({ kind: 'step', step });
      },
      onReady: async (addresses) => {
        showReady(addresses, { json, ending: 'Ctrl-C stops everything.' });
        tellStarter?.({ kind: 'ready', addresses });
        await options.onReady?.(addresses, { demo, signal });
      },
    });
    if (owner === undefined) return;
    const addresses = addressesOfRunning(owner, { home, wanted: { full, demo } });
    showReady(addresses, { json, ending: RUNS_ALREADY });
    tellStarter?.({ kind: 'ready', addresses });
  } catch (error) {
    const problem = problemOf(error);
    if (problem) tellStarter?.({ kind: 'failed', problem });
    throw error;
  }
}

async function upInBackground({ full = false, demo = false, json = false }: UpFlags): Promise<void> {
  const home = stackHome();
  const owner = await readClaim(home);
  if (owner) {
    const addresses = addressesOfRunning(owner, { home, wanted: { full, demo } });
    return showReady(addresses, { json, ending: RUNS_ALREADY });
  }
  const flags = [...(full ? ['--full'] : []), ...(demo ? ['--demo'] : [])];
  const end: DetachedEnd = await upDetached({
    home,
    flags,
    onStep: showStep,
    signal: untilStoppedTwice(),
  });
  if (end.kind === 'ready') showReady(end.addresses, { json, ending: '`reelay down` stops everything.' });
  else throw fault(end.problem.code, end.problem.message, end.problem);
}

export async function down({ json }: { json?: boolean }): Promise<void> {
  const home = stackHome();
  const stopped = await runDown(home);
  if (json) console.log(JSON.stringify({ stopped }));
  if (stopped.length === 0) {
    say(`Nothing runs in ${home}.`);
    process.exitCode = EXIT.notFound;
  } else if (!json) {
    console.log(`Stopped ${stopped.join(', ')}.`);
  }
}

const RUNS_ALREADY = 'It ran already; `reelay down` stops everything.';

const REELAY = fileURLToPath(new URL('../../bin/reelay', import.meta.url));

function showReady(addresses: StackAddresses, { json, ending }: { json: boolean; ending: string }): void {
  console.log(json ? JSON.stringify(addresses) : `\n${describeAddresses(addresses)}\n\n${ending}`);
}
