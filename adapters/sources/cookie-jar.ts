/** The cookies of one source, which go back to the servers that they are from and for. */
export interface CookieJar {
  keep(from: URL, setCookies: readonly string[]): void;
  /** The value of `Cookie`; undefined where there are none. */
  cookiesFor(to: URL): string | undefined;
}

interface Cookie {
  name: string;
  value: string;
  domain: string;
  /** Whether names below the domain get it too. */
  isWide: boolean;
  path: string;
  isSecure: boolean;
}

const MAX_COOKIES = 50;
const MAX_COOKIE_CHARS = 4096;

/** RFC 6265 without times of expiry: nothing outlives the connection to its source. */
export function createCookieJar(): CookieJar {
  const jar = new Map<string, Cookie>();
  return {
    keep(from, setCookies) {
      for (const text of setCookies) {
        const cookie = text.length > MAX_COOKIE_CHARS ? undefined : cookieOf(text, from);
        if (!cookie) continue;
        const key = [cookie.domain, cookie.path, cookie.name].join('\n');
        jar.delete(key);
        if (!isOver(text)) jar.set(key, cookie);
        const [oldest] = jar.keys();
        if (jar.size > MAX_COOKIES && oldest !== undefined) jar.delete(oldest);
      }
    },
    cookiesFor(to) {
      const sent = [...jar.values()].filter((cookie) => isFor(cookie, to)).map(({ name, value }) => `${name}=${value}`);
      return sent.length === 0 ? undefined : sent.join('; ');
    },
  };
}

function cookieOf(text: string, from: URL): Cookie | undefined {
  const [pair = '', ...attributes] = text.split(';');
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(pair.trim()) ?? [];
  if (name === undefined) return undefined;
  const attribute = (wanted: string): string | undefined =>
    attributes.map((each) => each.trim()).find((each) => each.toLowerCase().split('=')[0] === wanted);
  const valueOf = (wanted: string): string =>
    attribute(wanted)
      ?.replace(/^[^=]*=?/, '')
      .trim() ?? '';
  const wide = valueOf('domain').replace(/^\./, '').toLowerCase();
  if (wide !== '' && !isWithin(from.hostname, wide)) return undefined;
  return {
    name,
    value,
    domain: wide || from.hostname,
    isWide: wide !== '',
    path: valueOf('path').startsWith('/') ? valueOf('path') : from.pathname.replace(/\/[^/]*$/, '') || '/',
    isSecure: attribute('secure') !== undefined,
  };
}

/** How a server takes a cookie back. */
const isOver = (text: string): boolean => {
  const [, ms] = /;\s*expires=([^;]{1,60})/i.exec(text) ?? [];
  return /;\s*max-age=(?:0|-\d)/i.test(text) || (ms !== undefined && Date.parse(ms) <= Date.now());
};

const isFor = ({ domain, isWide, path, isSecure }: Cookie, { hostname, pathname, protocol }: URL): boolean =>
  (hostname === domain || (isWide && isWithin(hostname, domain))) &&
  (pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)) &&
  (!isSecure || protocol === 'https:');

const isWithin = (hostname: string, domain: string): boolean => hostname === domain || hostname.endsWith(`.${domain}`);
