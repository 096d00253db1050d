import { rootCertificates } from 'node:tls';
import type { SourceGateway, SourceRoute } from '../../contracts/source-route.js';
import { guardHosts, type GuardOptions, type HostGuard } from '../network/host-guard.js';
import { httpRoute } from './http-route.js';
import { rtmpRoute } from './rtmp-route.js';
import { rtspRoute } from './rtsp-route.js';
import type { RouteStart } from './route.js';

export interface SourceGatewayOptions extends Pick<GuardOptions, 'allowNetworks' | 'resolve'> {
  /** Certificates that are trusted beside those of Node, PEM. */
  ca?: string | undefined;
  /** Whether certificates are to be valid for the name of the source. */
  isVerified: boolean;
}

/**
 * The only way from ffmpeg to live sources: relays of this process on loopback, one for each open source, which resolve,
 * check and connect, and speak TLS in its place. ffmpeg would resolve a name again, follow redirects and playlists to
 * anywhere, and hardly verifies certificates.
 */
export function openSourceGateway({ ca, isVerified, ...network }: SourceGatewayOptions): SourceGateway & {
  guard: HostGuard;
} {
  const start: RouteStart = {
    guard: guardHosts({
      ...network,
      code: 'source-address-forbidden',
      setting: 'REELAY_SOURCES_ALLOW_NETWORKS',
    }),
    tls: {
      rejectUnauthorized: isVerified,
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    },
  };

  return {
    guard: start.guard,
    async open(source: string): Promise<SourceRoute> {
      const url = new URL(source);
      if (url.protocol.startsWith('http')) return httpRoute(url, start);
      if (url.protocol.startsWith('rtmp')) return rtmpRoute(url, start);
      if (url.protocol.startsWith('rtsp')) return rtspRoute(url, start);
      return { url: source, options: [], named: (text) => text, fault: () => undefined, close: () => undefined };
    },
  };
}
