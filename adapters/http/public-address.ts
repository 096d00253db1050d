import { BlockList, isIPv6 } from 'node:net';

/** Ranges that are not the public internet: RFC 6890, RFC 4193, RFC 4291 and the like. */
const NON_PUBLIC = [
  ...[
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
  ],
  ...['192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...[
    '::/127',
    '64:ff9b::/96',
    '100::/64',
    '2001:db8::/32',
    '2002::/16',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ],
];

const blocked = new BlockList();
for (const range of NON_PUBLIC) {
  const [address = '', prefix] = range.split('/');
  blocked.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Whether an IP address may belong to somebody outside the network. */
export const isPublicAddress = (address: string): boolean => !blocked.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
