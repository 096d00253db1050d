import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { guardHosts, type GuardOptions } from '../network/host-guard.js';

export interface HttpMessage {
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
}

/** Posts a message and answers the status; what else is answered is not read, and redirects are not followed. */
export type HttpPost = (url: string, message: HttpMessage) => Promise<number>;

/** Addresses inside the network fail with `callback-refused`, unless they are allowed. */
export function openHttpPost({ allowNetworks }: Pick<GuardOptions, 'allowNetworks'>): HttpPost {
  const guard = guardHosts({ allowNetworks, code: 'callback-refused', setting: 'REELAY_CALLBACKS_ALLOW_NETWORKS' });
  return async (url, { headers, body, signal }) => {
    const to = new URL(url);
    guard.assert(to);
    const { request: start } = to.protocol === 'https:' ? https : http;
    const request = start(to, { method: 'POST', headers, signal, agent: false, lookup: guard.lookup });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.end(body);
    const [answer] = await answered;
    answer.on('error', () => {}).destroy();
    return answer.statusCode ?? 0;
  };
}
