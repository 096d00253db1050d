import { lookup as systemResolve, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { fault, problemOf, type ErrorCode } from '../../contracts/errors.js';
import { createNetworks } from './networks.js';

export interface HostGuard {
  /** Throws where the URL names an address that may not be reached, which nobody looks up. */
  assert(url: URL): void;
  /** Rejects where the name of the URL leads to one. A name that leads nowhere is left to who connects. */
  check(url: URL): Promise<void>;
  /** For connections: looks a name up, and answers only with addresses that may be reached. */
  lookup: LookupFunction;
}

export interface GuardOptions {
  /** Ranges beside the public addresses, such as `10.0.0.0/8`. */
  allowNetworks: readonly string[];
  code: ErrorCode;
  /** The variable that allows more. */
  setting: string;
  resolve?: Resolve;
}

export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  answer: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/**
 * Lets connections go to public addresses alone, and to the networks that are allowed. A name is checked when its
 * address is connected to, so that nothing is left to happen between the check and the connection. What a name stands
 * for is not told: who may ask for connections may not map the network by their failures.
 */
export function guardHosts({ allowNetworks, code, setting, resolve = systemResolve }: GuardOptions): HostGuard {
  const networks = createNetworks(allowNetworks);
  const forbidden = (hostname: string): Error =>
    fault(code, `${hostname} is no public address, nor one of the networks that ${setting} allows`);

  const lookup: LookupFunction = (hostname, options, answer) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return answer(error, '');
      if (found.some(({ address }) => !networks.allow(address))) return answer(forbidden(hostname), '');
      const [first] = found;
      if (options.all) return answer(null, found);
      answer(null, first?.address ?? '', first?.family);
    });
  };

  return {
    assert({ hostname }) {
      const address = bareHost(hostname);
      if (isIP(address) && !networks.allow(address)) throw forbidden(hostname);
    },
    check: ({ hostname }) =>
      new Promise((pass, reject) => {
        lookup(bareHost(hostname), {}, (error) => {
          if (problemOf(error)) reject(error as Error);
          else pass();
        });
      }),
    lookup,
  };
}

/** An IPv6 address without the brackets that it has in a URL. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
