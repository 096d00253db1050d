import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { fault } from '../../contracts/errors.js';
import { isPassingStatus } from '../../contracts/patience.js';
import { guardHosts, type GuardOptions } from '../network/host-guard.js';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const OUT_OF_RANGE = 416;

export type HttpOptions = Pick<GuardOptions, 'allowNetworks'>;

export interface HttpGet {
  answer: IncomingMessage;
  /** Where it was found, after redirects. */
  at: string;
}

/** Asks public addresses alone, and those of the networks given; redirects are followed one by one, and checked alike. */
export function openHttp({ allowNetworks }: HttpOptions): {
  get(url: string, options: { headers: Record<string, string>; signal: AbortSignal }): Promise<HttpGet>;
  close(): void;
} {
  const guard = guardHosts({ allowNetworks, code: 'input-forbidden', setting: 'REELAY_INPUTS_ALLOW_NETWORKS' });
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };

  return {
    async get(url, options) {
      const first = new URL(url);
      let at = first;
      for (let redirects = 0; ; redirects += 1) {
        guard.assert(at);
        // Who may read the first one need not be known to the others.
        const auth = at.origin === first.origin ? authOf(first) : {};
        const answer = await ask(at, { ...options, headers: { ...options.headers, ...auth } });
        const { statusCode = 0, headers } = answer;
        if (!REDIRECTS.has(statusCode) || headers.location === undefined) {
          assertUsable(answer, url);
          return { answer, at: at.href };
        }
        answer.destroy();
        if (redirects === MAX_REDIRECTS)
          throw fault('input-unsupported', `${url}: more than ${MAX_REDIRECTS} redirects`);
        at = redirected(headers.location, { from: at, url });
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };

  function ask(
    url: URL,
    { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
  ): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:';
    const bare = new URL(url);
    bare.username = bare.password = '';
    const options = {
      agent: isSecure ? agents.https : agents.http,
      headers: { 'accept-encoding': 'identity', 'user-agent': 'reelay', accept: '*/*', ...headers },
      signal,
      lookup: guard.lookup,
    };
    return new Promise((answer, reject) => {
      (isSecure ? https : http).get(bare, options, answer).on('error', reject);
    });
  }
}

function assertUsable({ statusCode = 0, headers }: IncomingMessage, url: string): void {
  const what = `${url}: answered ${statusCode}`;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (statusCode === 200 || statusCode === 206) {
    if (encoding === 'identity') return;
    throw fault('input-unsupported', `${what} with the encoding ${encoding}, which nobody asked for`);
  }
  if (statusCode === OUT_OF_RANGE) {
    const isEmpty = /\/0$/.test(headers['content-range'] ?? '');
    throw fault(isEmpty ? 'input-empty' : 'input-changed', what);
  }
  if (statusCode === 404 || statusCode === 410) throw fault('input-not-found', what);
  if (statusCode === 412) throw fault('input-changed', what);
  const isPassing = isPassingStatus(statusCode) || statusCode >= 500 || statusCode < 300;
  throw fault(isPassing ? 'input-unreachable' : 'input-denied', what);
}

function redirected(location: string, { from, url }: { from: URL; url: string }): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to?.protocol === 'http:' || to?.protocol === 'https:') return to;
  throw fault('input-forbidden', `${url}: redirects to ${location}; expected an address of http or https`);
}

const authOf = ({ username, password }: URL): Record<string, string> => {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
};
