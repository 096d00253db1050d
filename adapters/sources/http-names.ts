import { setImmediate } from 'node:timers/promises';
import { createSealedNames } from './sealed-names.js';
import { markOf } from './route.js';

/** What ffmpeg is told in place of the addresses of a source over HTTP, with TLS or without. */
export interface HttpNames {
  toldOf(address: URL): string;
  /** Where an address of ffmpeg's leads; undefined where it was never told. */
  meantBy(told: string): URL | undefined;
  /** A playlist as ffmpeg is to read it: all that it names is told. */
  toldPlaylist(text: string, base: URL): Promise<string>;
  /** A text of ffmpeg's with the addresses that are meant. */
  named(text: string): string;
}

/** Names below it can belong to nobody (RFC 6761). */
const DOMAIN = 'source.invalid';
/** By these ffmpeg knows playlists and segments; another ending may be part of a secret. */
const ENDING =
  /\.(?:3gp|aac|ac3|avi|cmf[atv]|ec3|flv|h26[45]|m2ts|m3u8?|m4[asv]|mkv|mov|mp[234g]|mpegts|og[agv]|ts|vtt|webm|webvtt)$/i;
const TOLD = /http:\/\/[0-9a-z]{1,20}\.source\.invalid(?::80)?\/[\w-]{1,8000}(?:\.\w{1,8})?/g;

/** As ffmpeg reads a playlist, a line ends at a zero too, and a value needs no quotes. */
const LINE_END = /(\r\n|[\n\r\0])/;
const NAMING_TAG = /^#EXT-X-[A-Z-]{1,40}:/;
const URI = /\bURI=(?:"((?:[^"\\]|\\.)*)"?|([^\s,"]+))/g;

/** A live playlist names most of what it has named before. */
const REMEMBERED = 5000;
/** A day and more of segments. */
const MAX_LINES = 200_000;
/** Other sources are not to wait for one that names much. */
const LINES_AT_ONCE = 250;

export function createHttpNames(source: URL): HttpNames {
  const sealed = createSealedNames();
  const origin = `http://${markOf(source)}.${DOMAIN}/`;
  let newer = new Map<string, string>();
  let older = new Map<string, string>();
  return { toldOf, meantBy, toldPlaylist, named };

  function toldOf(address: URL): string {
    const [ending = ''] = ENDING.exec(address.pathname) ?? [];
    const told = newer.get(address.href) ?? older.get(address.href) ?? origin + sealed.nameOf(address.href) + ending;
    newer.set(address.href, told);
    if (newer.size >= REMEMBERED) {
      older = newer;
      newer = new Map();
    }
    return told;
  }

  function meantBy(told: string): URL | undefined {
    if (!URL.canParse(told)) return undefined;
    const { hostname, pathname } = new URL(told);
    if (!hostname.endsWith(`.${DOMAIN}`)) return undefined;
    const address = sealed.addressOf(pathname.slice(1).replace(/\..*/s, ''));
    return address === undefined ? undefined : new URL(address);
  }

  async function toldPlaylist(text: string, base: URL): Promise<string> {
    const lines = text.split(LINE_END, 2 * MAX_LINES);
    const told: string[] = [];
    for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
      if (at > 0) await setImmediate();
      told.push(...lines.slice(at, at + LINES_AT_ONCE).map((line) => toldLine(line, base)));
    }
    return told.join('');
  }

  function toldLine(line: string, base: URL): string {
    const told = (reference: string): string =>
      URL.canParse(reference, base.href) ? toldOf(new URL(reference, base)) : origin;
    if (line.trim() === '' || line === '\0') return line;
    if (!line.startsWith('#')) return told(line);
    return NAMING_TAG.test(line) ? toldTag(line, told) : line;
  }

  function named(text: string): string {
    return text.replace(TOLD, (told) => meantBy(told)?.href ?? told);
  }
}

const toldTag = (line: string, told: (reference: string) => string): string =>
  line.replace(
    URI,
    (_, quoted: string | undefined, bare: string | undefined) =>
      `URI="${told(bare ?? (quoted ?? '').replaceAll(/\\(.)/g, '$1'))}"`,
  );
