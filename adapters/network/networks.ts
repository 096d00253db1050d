import { BlockList, isIP, isIPv6 } from 'node:net';

/** Which addresses may be reached. */
export interface Networks {
  allow(address: string): boolean;
}

/** What `REELAY_SOURCES_ALLOW_PRIVATE` stood for: networks that sites number themselves. */
export const PRIVATE_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
];

/** Ranges that are not the public internet: RFC 6890, RFC 4193, RFC 4291 and the registries of special addresses. */
const NON_PUBLIC = listOf([
  ...PRIVATE_NETWORKS,
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'],
  ...['::/96', '::ffff:0:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32'],
  ...['2002::/16', '3fff::/20', '5f00::/16', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
]);

/** Link-local addresses and those by which clouds give out credentials: no setting allows them. */
const NEVER = listOf([
  ...['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', 'fd20:ce::254/128'],
  ...['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
]);

/** Public addresses, and those of the ranges given. */
export function createNetworks(ranges: readonly string[]): Networks {
  const allowed = listOf(ranges);
  return {
    allow(address) {
      const bare = address.replace(/%.*/s, '');
      if (isIP(bare) === 0 || holds(NEVER, bare)) return false;
      return !holds(NON_PUBLIC, bare) || holds(allowed, bare);
    },
  };
}

/** Whether a text is an address and the length of its prefix, such as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [, address = '', prefix = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(prefix) <= (version === 6 ? 128 : 32);
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}

const holds = (list: BlockList, address: string): boolean => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
