import type { SourceRoute } from '../../contracts/source-route.js';
import type { RouteStart } from './route.js';
import { openTcpRelay } from './tcp-relay.js';

const DEFAULT_PORTS: Record<string, number> = { 'rtmp:': 1935, 'rtmps:': 443 };

/** ffmpeg connects to a relay, and tells the server the address that it would have told without one. */
export async function rtmpRoute(url: URL, start: RouteStart): Promise<SourceRoute> {
  const defaultPort = DEFAULT_PORTS[url.protocol] ?? 1935;
  const relay = await openTcpRelay(url, { ...start, defaultPort, isSecure: url.protocol === 'rtmps:' });
  const login = url.username === '' ? '' : `${url.username}${url.password && `:${url.password}`}@`;
  const tcUrl = `${url.protocol}//${url.hostname}:${url.port || defaultPort}/${appOf(url.pathname + url.search)}`;
  return {
    url: `rtmp://${login}${relay.address}${url.pathname}${url.search}`,
    options: ['-rtmp_tcurl', tcUrl],
    fault: () => relay.fault(),
    close: () => {
      relay.close();
    },
  };
}

/** The name of the application, as ffmpeg finds it in a path: `live` or `live/instance`, never the playpath. */
export function appOf(path: string): string {
  const at = path.indexOf('?');
  if (at >= 0 && path.slice(at).includes('slist=')) return path.slice(1);
  if (path.startsWith('/ondemand/')) return 'ondemand';
  const first = path.indexOf('/', 1);
  if (first < 0) return path.slice(1);
  const second = path.indexOf('/', first + 1);
  const colon = path.indexOf(':', first + 1);
  return path.slice(1, second < 0 || (colon >= 0 && colon < second) ? first : second);
}
