import type { SourceRoute } from '../../contracts/source-route.js';
import { markOf, type RouteStart } from './route.js';
import { renameIn } from './rtmp-command.js';
import { createRtmpMessages } from './rtmp-messages.js';
import { openTcpRelay } from './tcp-relay.js';

const DEFAULT_PORTS: Record<string, number> = { 'rtmp:': 1935, 'rtmps:': 443 };
/** The application, as ffmpeg knows it. */
const TOLD_APP = 'reelay';

/**
 * ffmpeg connects to a relay and asks it for an application and a path that say nothing; the server is asked for those of
 * the source, in the commands that ffmpeg would have sent it. Where an address has a login, some of what ffmpeg answers
 * with is a hash of the application, so it has to know the address.
 */
export async function rtmpRoute(url: URL, start: RouteStart): Promise<SourceRoute> {
  const defaultPort = DEFAULT_PORTS[url.protocol] ?? 1935;
  const relayStart = { ...start, defaultPort, isSecure: url.protocol === 'rtmps:' };
  const path = url.pathname + url.search;
  const { app, playpath } = namesIn(path);
  const tcUrl = `${url.protocol}//${url.hostname}:${url.port || defaultPort}/${app}`;
  if (url.username !== '' || url.password !== '') {
    const relay = await openTcpRelay(url, relayStart);
    const login = `${url.username}${url.password && `:${url.password}`}`;
    const told = `rtmp://${login}@${relay.address}${path}`;
    return { ...relay, url: told, options: ['-rtmp_tcurl', tcUrl], named: (text) => text };
  }
  const names = new Map([
    [TOLD_APP, app],
    [markOf(url), playpath],
  ]);
  const rename = (text: string): string => names.get(text) ?? text;
  const relay = await openTcpRelay(url, {
    ...relayStart,
    converse: () => ({ toSource: createRtmpMessages((command) => renameIn(command, rename)) }),
  });
  const toldTcUrl = `rtmp://${relay.address}/${TOLD_APP}`;
  names.set(toldTcUrl, tcUrl);
  const told = `${toldTcUrl}/${markOf(url)}`;
  return { ...relay, url: told, options: [], named: (text) => text.replaceAll(told, url.href) };
}

/** Application and path as ffmpeg finds them: `live` or `live/instance`, and what is behind it. */
export function namesIn(path: string): { app: string; playpath: string } {
  const query = path.indexOf('?');
  const list = query < 0 ? -1 : path.indexOf('slist=', query);
  if (list >= 0)
    return { app: path.slice(1), playpath: prefixed(path.slice(list + 'slist='.length).replace(/&.*/s, '')) };
  if (path.startsWith('/ondemand/')) return { app: 'ondemand', playpath: prefixed(path.slice('/ondemand/'.length)) };
  const first = path.indexOf('/', 1);
  if (first < 0) return { app: path.slice(1), playpath: '' };
  const second = path.indexOf('/', first + 1);
  const colon = path.indexOf(':', first + 1);
  const end = second < 0 || (colon >= 0 && colon < second) ? first : second;
  return { app: path.slice(1, end), playpath: prefixed(path.slice(end + 1)) };
}

/** By the ending of its name a server of files knows a container, or by a prefix. */
function prefixed(path: string): string {
  if (!path.includes(':') && /\.(?:f4v|mp4)$/.test(path)) return `mp4:${path}`;
  return path.replace(/\.flv$/, '');
}
