/** A mask can complete a pattern that was none before, so a text is gone through until nothing changes. */
const MAX_PASSES = 5;

// The scheme is bounded so that long runs of letters cost linear time; a URL ends where another one begins.
const URL_PATTERN = /([a-z][a-z0-9+.-]{0,15}:\/\/)((?:(?![a-z][a-z0-9+.-]{0,15}:\/\/)[^\s"'<>|\\])+)/gi;
const KEYED_SCHEME = /(?:rtmp(?:e|s|t|te|ts)?|rtsps?|srt):\/\/$/i;
const PLAIN_SCHEME = /(?:s3|file):\/\/$/i;

/** `user:password@`; a password may hold `/`, `?`, `#` or `@`, so what follows a colon and is no port reaches to the last `@`. */
const CREDENTIALS = /^(?:[^/?#:@[]*:(?!\d*(?:[/?#,;:.)\]}]|\*\*\*|$)).*|[^/?#]*)@/;
/** The same where the text was cut before the `@`. */
const CUT_CREDENTIALS = /^[^/?#:@[]*:(?!\d*(?:[/?#,;:.)\]}]|\*\*\*|$))[^/]*/;

// A quoted value: inside a JSON string, the value of a JSON key, or plain. A quote that ends a JSON string begins none.
const QUOTED =
  /\\"(?:[^"\\\r\n]|\\[^"])*\\"|(?:(?<=(?<!\\)"[ \t]*:[ \t]*)"|"(?![,:}\]]))(?:[^"\\\r\n]|\\.)*"|'[^'"\r\n]*'/.source;
// A bare one never eats the quote that ends a JSON string; after `=` it may hold commas.
const BARE = /(?<==[ \t]*)(?:[^\s"';&\\]|\\[^"'])+|(?:[^\s"',;&\\{}[\]]|\\[^"'])+/.source;
const REST_OF_LINE = /(?:=\\"[^"\r\n\\]*\\"|="(?![,:}\]])[^"\r\n\\]*"|[^\r\n"'\\]|\\[^"'rn])+/.source;
const SEPARATOR = /(\\?["']?[ \t]*[=:](?!\/\/)[ \t]*)/.source;

const HEADER = new RegExp(`(authorization|cookie)${SEPARATOR}(${QUOTED}|${REST_OF_LINE})`, 'gi');
const SECRET_NAME =
  /((?:secret|passw(?:or)?d|passphrase|token|api[_-]?key|signature|stream[_-]?key|playpath)[\w-]{0,40})/;
const SECRET_PAIR = new RegExp(`${SECRET_NAME.source}${SEPARATOR}(${QUOTED}|${BARE})`, 'gi');
const BEARER = /\b(bearer[ \t]+)[\w.~+/=-]{8,}/gi;

/**
 * Takes secrets out of any text that leaves the process: credentials and query strings of URLs, the stream key of an
 * RTMP, RTSP or SRT address (its last path segment), and values that are named like secrets. `s3://` and `file://` keep
 * their paths. Doing it twice changes nothing, and JSON stays JSON.
 */
export function redact(text: string): string {
  let shown = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = redactOnce(shown);
    if (next === shown) break;
    shown = next;
  }
  return shown;
}

const redactOnce = (text: string): string =>
  text
    .replace(URL_PATTERN, (_, scheme: string, rest: string) => redactUrl(scheme, rest))
    .replace(HEADER, maskValue)
    .replace(BEARER, '$1***')
    .replace(SECRET_PAIR, maskValue);

function maskValue(_: string, name: string, separator: string, value: string): string {
  const quote = /^\\?["']/.exec(value)?.[0] ?? /^\\?"/.exec(separator)?.[0] ?? '';
  return `${name}${separator}${quote}***${quote}`;
}

function redactUrl(scheme: string, rest: string): string {
  if (PLAIN_SCHEME.test(scheme)) return scheme + rest.replace(/^[^/]*@/, '***@');
  const shown = rest.includes('@') ? rest.replace(CREDENTIALS, '***@') : rest.replace(CUT_CREDENTIALS, '***');
  const [, host = '', path = '', query = ''] = /^([^/?#]*)([^?#]*)(.*)$/.exec(shown) ?? [];
  const shownPath = KEYED_SCHEME.test(scheme) ? redactKey(path) : path;
  return scheme + host + shownPath + (query ? query[0] + '***' : '');
}

/** `/live/camera-7f3a` becomes `/live/ca***3a`: enough to tell two streams apart, too little to publish with. */
function redactKey(path: string): string {
  const [, app = '', key = '', end = ''] = /^(.*\/)([^/]+?)([/:,;.)\]}]*)$/.exec(path) ?? [];
  if (key.length === 0) return path;
  return app + (key.length > 6 ? `${key.slice(0, 2)}***${key.slice(-2)}` : '***') + end;
}
