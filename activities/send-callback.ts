import { createHmac } from 'node:crypto';
import type { HttpPost } from '../adapters/callbacks/http-post.js';
import { fault, problemOf } from '../contracts/errors.js';
import { isPassingStatus } from '../contracts/patience.js';
import { redact } from '../contracts/redact.js';
import { transcodeEvent } from '../contracts/transcode-events.js';
import type { CallbackInput } from '../contracts/transcode-work.js';

interface CallbackDeps {
  /** By name; a callback that names none is not signed. */
  secrets: Readonly<Record<string, string>>;
  post: HttpPost;
}

const WITHIN_MS = 10_000;

/**
 * Posts the event of a task as CloudEvents 1.0 in structured JSON. The signature covers the time and the very bytes:
 * `Reelay-Signature: t=<Unix seconds>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`. The receiver tells repeats by the id.
 */
export const createSendCallback = ({ secrets, post }: CallbackDeps) =>
  async function sendCallback({ callback, kind, event }: CallbackInput): Promise<void> {
    const { url, secret } = callback;
    const body = JSON.stringify({
      specversion: '1.0',
      datacontenttype: 'application/json',
      ...transcodeEvent(kind, event),
    });
    const status = await statusOf(post, { url, body, ...signed(body, { secret, secrets }) });
    if (status >= 200 && status < 300) return;
    const isFinal = status >= 300 && status < 500 && !isPassingStatus(status);
    throw fault(
      isFinal ? 'callback-refused' : 'callback-unreachable',
      `callback to ${redact(url)} was answered with ${status}: expected 2xx`,
    );
  };

async function statusOf(
  post: HttpPost,
  { url, body, signature }: { url: string; body: string; signature?: string },
): Promise<number> {
  const headers = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'reelay',
    ...(signature === undefined ? {} : { 'reelay-signature': signature }),
  };
  try {
    return await post(url, { headers, body, signal: AbortSignal.timeout(WITHIN_MS) });
  } catch (cause) {
    if (problemOf(cause)) throw cause;
    throw fault('callback-unreachable', `callback to ${redact(url)} was not answered within ${WITHIN_MS} ms`, {
      cause,
    });
  }
}

function signed(
  body: string,
  { secret: name, secrets }: { secret: string | undefined; secrets: CallbackDeps['secrets'] },
): { signature?: string } {
  if (name === undefined) return {};
  const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (secret === undefined)
    throw fault(
      'callback-refused',
      `no secret is configured under the name "${name}": expected it in REELAY_CALLBACK_SECRETS`,
    );
  const seconds = Math.floor(Date.now() / 1000);
  const hash = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return { signature: `t=${seconds},v1=${hash}` };
}
