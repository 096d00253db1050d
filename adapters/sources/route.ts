import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { problemOf, type Problem } from '../../contracts/errors.js';
import { redact } from '../../contracts/redact.js';
import type { HostGuard } from '../network/host-guard.js';

export interface RouteStart {
  guard: HostGuard;
  tls: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>;
}

const HOST = '127.0.0.1';

/** Listens on loopback; answers host and port. */
export async function listenOnLoopback(server: Server): Promise<string> {
  server.listen(0, HOST);
  await once(server, 'listening');
  return `${HOST}:${(server.address() as AddressInfo).port}`;
}

/** Of certificates, by the codes of OpenSSL and Node. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS|HOSTNAME_MISMATCH/;

/** What a connection failed of: what the guard said, a certificate that is not valid, or the network. */
export function routeFault(error: Error): Problem {
  const { code = '' } = error as NodeJS.ErrnoException;
  return (
    problemOf(error) ?? {
      code: UNTRUSTED.test(code) ? 'source-untrusted' : 'source-unreachable',
      message: error.message || code,
    }
  );
}

/** What ffmpeg's command line tells of a source: the hash that logs and states have of its path too. */
export const markOf = (source: URL): string => /\*{3}([0-9a-f]{4})/.exec(redact(source.href))?.[1] ?? 'source';
