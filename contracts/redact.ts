/** A mask can complete a pattern that was none before, so a text is gone through until nothing changes. */
const MAX_PASSES = 5;

// The scheme is bounded so that long runs of letters cost linear time; a URL ends where another one begins.
const URL_PATTERN = /([a-z][a-z0-9+.-]{0,15}:\/\/)((?:(?![a-z][a-z0-9+.-]{0,15}:\/\/)[^\s"'<>|\\])+)/gi;
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
// All the space after it, or else each shorter run of it would be tried too, which takes quadratic time.
const SEPARATOR = /(\\?["']?[ \t]*[=:](?!\/\/)[ \t]*(?![ \t]))/.source;

const HEADER = new RegExp(`(authorization|cookie)${SEPARATOR}(${QUOTED}|${REST_OF_LINE})`, 'gi');
const SECRET_NAME =
  /((?:secret|passw(?:or)?d|passphrase|token|api[_-]?key|signature|stream[_-]?key|playpath)[\w-]{0,40})/;
const SECRET_PAIR = new RegExp(`${SECRET_NAME.source}${SEPARATOR}(${QUOTED}|${BARE})`, 'gi');
const BEARER = /\b(bearer[ \t]+)[\w.~+/=-]{8,}/gi;

/**
 * Takes secrets out of any text that leaves the process: credentials, paths and query strings of URLs, and values that
 * are named like secrets. Any path may hold a stream key or a token, so what is left of it is enough to tell two apart
 * and too little to use. `s3://` and `file://` keep theirs. Doing it twice changes nothing where URLs stand apart, JSON stays JSON, and the
 * time it takes grows as the text does.
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
  return scheme + host + redactPath(path) + (query ? query[0] + '***' : '');
}

const LETTERS_SHOWN = 2;
/** Of a short path fewer are shown: never more than a sixth of it. */
const SHARE_SHOWN = 1 / 6;
const MASKED_PATH = /^\/[A-Za-z0-9]{0,2}\*{3}[0-9a-f]{4}$/;
/** What ends a sentence or a list in which a URL stands. */
const PUNCTUATION = '/:,;.)]}';

/** `/live/camera-7f3a` becomes `/li***6135`: its first letters, and a hash too short to be turned back. */
function redactPath(path: string): string {
  let end = path.length;
  while (end > 0 && PUNCTUATION.includes(path.charAt(end - 1))) end -= 1;
  const key = path.slice(0, end);
  if (key === '' || MASKED_PATH.test(key)) return path;
  const most = Math.min(LETTERS_SHOWN, Math.floor(key.length * SHARE_SHOWN));
  const [letters = ''] = /^[A-Za-z0-9]*/.exec(key.slice(1, 1 + most)) ?? [];
  return `/${letters}***${shortHash(key)}${path.slice(end)}`;
}

/** FNV-1a, folded to 16 bits: workflow code, which has no other hash, redacts too. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 16)) & 0xffff).toString(16).padStart(4, '0');
}
