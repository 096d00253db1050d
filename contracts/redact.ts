const URL_PATTERN = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>|\\]+)/gi;
const SECRET_PAIR =
  /\b((?:AWS_)?SECRET(?:_ACCESS_KEY)?|PASSWORD|PASSWD|TOKEN|API_?KEY|AUTHORIZATION|SIGNATURE)(["']?\s*[=:]\s*["']?)([^\s"',;&]+)/gi;
const KEYED_SCHEME = /^(?:rtmps?|rtmpt|rtsps?|srt):/i;

/**
 * Takes secrets out of any text that leaves the process: credentials and query strings of URLs, the stream key of an
 * RTMP or RTSP address (its last path segment), and values that are named like secrets. `s3://` and `file://` stay whole.
 */
export const redact = (text: string): string =>
  text
    .replace(URL_PATTERN, (_, scheme: string, rest: string) => redactUrl(scheme, rest))
    .replace(SECRET_PAIR, '$1$2***');

function redactUrl(scheme: string, rest: string): string {
  if (/^(?:s3|file):/i.test(scheme)) return scheme + rest;
  const [, authority = '', path = '', query = ''] = /^([^/?#]*)([^?#]*)(.*)$/.exec(rest) ?? [];
  const host = authority.replace(/^.*@/, '***@');
  const shownPath = KEYED_SCHEME.test(scheme) ? redactKey(path) : path;
  return scheme + host + shownPath + (query ? query[0] + '***' : '');
}

/** `/live/camera-7f3a` becomes `/live/ca***3a`: enough to tell two streams apart, too little to publish with. */
function redactKey(path: string): string {
  const [, app = '', key = ''] = /^(.*\/)([^/]*)$/.exec(path) ?? [];
  if (key.length === 0) return path;
  return app + (key.length > 6 ? `${key.slice(0, 2)}***${key.slice(-2)}` : '***');
}
