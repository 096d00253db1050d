import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import { fault } from '../contracts/errors.js';
import { redact } from '../contracts/redact.js';

interface GuardOptions {
  allowPrivate: boolean;
  allowFile: boolean;
}

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
  ...['::/127', '64:ff9b::/96', '100::/64', '2001:db8::/32', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
];

/**
 * Rejects a source that this host must not pull: a local file unless allowed, and a name with any address inside the
 * network unless allowed. It is the first line only: ffmpeg resolves the name again, so the network must guard itself too.
 */
export function createSourceGuard({ allowPrivate, allowFile }: GuardOptions): (source: string) => Promise<void> {
  const blocked = new BlockList();
  for (const range of NON_PUBLIC) {
    const [address = '', prefix] = range.split('/');
    blocked.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  return async (source) => {
    const url = new URL(source);
    if (url.protocol === 'file:') {
      if (allowFile) return;
      throw fault(
        'source-scheme-unsupported',
        'source scheme "file" is for tests and demonstrations: expected rtmp, http or rtsp; REELAY_SOURCES_ALLOW_FILE=1 allows it',
      );
    }
    if (allowPrivate) return;
    for (const address of await addressesOf(url)) {
      if (!blocked.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) continue;
      throw fault(
        'source-address-forbidden',
        `${redact(source)} resolves to ${address}, which is inside the network: expected a public address; REELAY_SOURCES_ALLOW_PRIVATE=1 allows others`,
      );
    }
  };
}

async function addressesOf(url: URL): Promise<string[]> {
  try {
    const found = await lookup(url.hostname.replace(/^\[|\]$/g, ''), { all: true });
    return found.map(({ address }) => address);
  } catch {
    return []; // Nobody to protect: ffmpeg will not find it either, and says so with the right code.
  }
}
