import { Transform } from 'node:stream';
import type { Problem } from '../../contracts/errors.js';
import type { SourceRoute } from '../../contracts/source-route.js';
import type { RouteStart } from './route.js';
import { createRtspReplies } from './rtsp-replies.js';
import { openTcpRelay } from './tcp-relay.js';

const DEFAULT_PORTS: Record<string, number> = { 'rtsp:': 554, 'rtsps:': 322 };

/**
 * ffmpeg connects to a relay and names it in its requests: a login by digest is a hash of that name, so it cannot be
 * replaced by the way. Servers look at the path alone. A redirect, which ffmpeg would follow by itself, is taken out.
 */
export async function rtspRoute(url: URL, start: RouteStart): Promise<SourceRoute> {
  let redirect: Problem | undefined;
  const filter = (): Transform => {
    const replies = createRtspReplies(() => {
      redirect = {
        code: 'source-address-forbidden',
        message: 'the source redirects, which is not followed over RTSP: give the address that it redirects to',
      };
    });
    return new Transform({
      transform(piece: Buffer, _, done) {
        done(null, replies(piece));
      },
    });
  };
  const relay = await openTcpRelay(url, {
    ...start,
    defaultPort: DEFAULT_PORTS[url.protocol] ?? 554,
    isSecure: url.protocol === 'rtsps:',
    filter,
  });
  const login = url.username === '' ? '' : `${url.username}${url.password && `:${url.password}`}@`;
  return {
    url: `rtsp://${login}${relay.address}${url.pathname}${url.search}`,
    options: [],
    fault: () => redirect ?? relay.fault(),
    close: () => {
      relay.close();
    },
  };
}
