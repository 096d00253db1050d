/**
 * ffmpeg never speaks TLS: what is `https://cdn.example/x` to the world is `http://cdn.example.tls.invalid:443/x` to it,
 * in the address that it is given, in redirects and in playlists. The name can belong to nobody (RFC 6761), and names
 * relative to it keep their meaning.
 */
const SUFFIX = '.tls.invalid';
const DEFAULT_PORT = '443';

/** What ffmpeg is told in place of an address. */
export function toldOf(url: URL): URL {
  if (url.protocol !== 'https:') return url;
  const told = new URL(url);
  told.protocol = 'http:';
  told.hostname = nameOf(url.hostname) + SUFFIX;
  told.port = url.port || DEFAULT_PORT;
  return told;
}

/** Where an address of ffmpeg's leads. */
export function meantBy(told: URL): URL {
  if (!told.hostname.endsWith(SUFFIX)) return told;
  const port = told.port || DEFAULT_PORT;
  const name = told.hostname.slice(0, -SUFFIX.length);
  const meant = new URL(told);
  meant.hostname = hostOf(name);
  meant.port = port;
  meant.protocol = 'https:';
  return meant;
}

/** A playlist as ffmpeg is to read it. */
export const toldPlaylist = (text: string): string =>
  text.replace(/https:\/\/[^\s"'<>/?#]{1,300}/gi, (origin) =>
    URL.canParse(origin) ? toldOf(new URL(origin)).href.replace(/\/$/, '') : origin,
  );

/** An IPv6 address has colons and brackets, which a name may not have. */
const nameOf = (host: string): string => (host.startsWith('[') ? `${host.slice(1, -1).replaceAll(':', '-')}.v6` : host);

const hostOf = (name: string): string =>
  name.endsWith('.v6') ? `[${name.slice(0, -'.v6'.length).replaceAll('-', ':')}]` : name;
