import type { Problem } from '../../contracts/errors.js';
import type { SourceRoute } from '../../contracts/source-route.js';
import { createLogin } from './login.js';
import { markOf, type RouteStart } from './route.js';
import { createRtspConversation, toldIn } from './rtsp-conversation.js';
import { createSealedNames } from './sealed-names.js';
import { openTcpRelay } from './tcp-relay.js';

const DEFAULT_PORTS: Record<string, number> = { 'rtsp:': 554, 'rtsps:': 322 };
const TOLD = /rtsp:\/\/127\.0\.0\.1:\d{1,5}\/[0-9a-z]{1,20}\/[\w-]{1,8000}/g;

/** ffmpeg connects to a relay and asks it for a sealed name; the server is asked for its own, and logged in at. */
export async function rtspRoute(url: URL, start: RouteStart): Promise<SourceRoute> {
  let redirect: Problem | undefined;
  const names = createSealedNames();
  const defaultPort = DEFAULT_PORTS[url.protocol] ?? 554;
  const meant = `${url.protocol}//${url.hostname}:${url.port || defaultPort}${url.pathname}${url.search}`;
  const relay = await openTcpRelay(url, {
    ...start,
    defaultPort,
    isSecure: url.protocol === 'rtsps:',
    converse: (send) =>
      createRtspConversation({
        told: toldBase(),
        names,
        login: createLogin(url),
        send,
        onRedirect() {
          redirect = {
            code: 'source-address-forbidden',
            message: 'the source redirects, which is not followed over RTSP: give the address that it redirects to',
          };
        },
      }),
  });
  return {
    ...relay,
    url: toldIn(toldBase(), { address: meant, names }),
    options: [],
    named: (text) => text.replaceAll(TOLD, (told) => (told.startsWith(toldBase()) ? meant : told)),
    fault: () => redirect ?? relay.fault(),
  };

  function toldBase(): string {
    return `rtsp://${relay.address}/${markOf(url)}`;
  }
}
