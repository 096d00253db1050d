import { fault } from '../contracts/errors.js';
import type { StackAddresses } from '../dev/stack-addresses.js';
import type { StackClaim, StackKind } from '../dev/stack-claim.js';

/** The addresses of a stack that runs already, where it is what is asked for; fails where it is another. */
export function addressesOfRunning(
  { pid, kind, addresses }: StackClaim,
  { home, wanted }: { home: string; wanted: StackKind },
): StackAddresses {
  const found = (text: string) => fault('stack-taken', `a stack ${text} in ${home} (process ${pid}): ${WAYS_OUT}`);
  if (!addresses) throw found('already starts');
  if (kind?.full !== wanted.full) throw found(`already runs ${kind?.full ? 'with' : 'without'} --full`);
  if (wanted.demo && !kind.demo) throw found('already runs without --demo');
  return addresses;
}

const WAYS_OUT = 'run `reelay down` first, or set another REELAY_HOME';
