import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { fault, type ErrorCode } from '../../contracts/errors.js';
import { isPublicAddress } from './public-address.js';

export interface HostGuard {
  /** Throws where the URL names an address inside the network, which nobody looks up. */
  assert(url: URL): void;
  /** Options of a request of node:http: its host is looked up with a check. */
  options: { lookup?: LookupFunction };
}

/**
 * Lets requests go to public addresses alone, unless others are allowed. A name is checked when its address is connected
 * to, so that nothing is left to happen between the check and the connection.
 */
export function guardHosts({ allowPrivate, code }: { allowPrivate: boolean; code: ErrorCode }): HostGuard {
  const inside = (hostname: string, address: string): Error =>
    fault(
      code,
      `${hostname} is ${address}, which is inside the network: expected a public address; REELAY_SOURCES_ALLOW_PRIVATE=1 allows others`,
    );

  const lookup: LookupFunction = (hostname, options, answer) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return answer(error, '');
      const hidden = found.find(({ address }) => !isPublicAddress(address));
      const [first] = found;
      if (hidden) return answer(inside(hostname, hidden.address), '');
      if (options.all) return answer(null, found);
      answer(null, first?.address ?? '', first?.family);
    });
  };

  if (allowPrivate) return { assert: () => {}, options: {} };
  return {
    assert({ hostname }) {
      const address = hostname.replace(/^\[|\]$/g, '');
      if (isIP(address) && !isPublicAddress(address)) throw inside(hostname, address);
    },
    options: { lookup },
  };
}
