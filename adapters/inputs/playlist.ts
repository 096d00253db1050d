import { parse, setOptions, types } from 'hls-parser';
import { fault } from '../../contracts/errors.js';
import { isBelow, objectAddress, placeOfAddress, type ObjectPlace } from '../../contracts/object-address.js';

// It would print what is wrong with each foreign playlist, which the error says.
setOptions({ silent: true });

/** The parser compares tags of variants with all others: what no film needs would keep a worker busy for minutes. */
const MOST: readonly [what: string, word: string, most: number][] = [
  ['segments', '#EXTINF', 20_000],
  ['variants', '#EXT-X-STREAM-INF', 100],
  ['variants', '#EXT-X-I-FRAME-STREAM-INF', 100],
  ['renditions', '#EXT-X-MEDIA:', 100],
  ['lines', '\n', 200_000],
];
const BEGINNING = '#EXTM3U';

/** A piece of what a playlist stands for: a whole file, or some bytes of one. */
export interface PlaylistPart {
  url: string;
  range?: { fromByte: number; lengthBytes: number };
}

export type Playlist = { kind: 'master'; variant: string } | { kind: 'media'; parts: PlaylistPart[] };

export const isPlaylistName = (url: string): boolean => /\.m3u8?$/i.test(url.replace(/[?#].*/s, ''));

export const isPlaylistText = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, BEGINNING.length)).toString('latin1') === BEGINNING;

/** Where a playlist was found, and the one that was asked for: what is named must be reached by that one's folder. */
interface PlaylistPlace {
  url: string;
  first: string;
}

/** What a playlist names, made absolute. */
export function readPlaylist(text: string, place: PlaylistPlace): Playlist {
  assertShort(text, place.url);
  const playlist = parsed(text, place.url);
  return playlist instanceof types.MasterPlaylist
    ? { kind: 'master', variant: resolveIn(place, bestVariant(playlist, place.url)) }
    : { kind: 'media', parts: partsOf(playlist, place) };
}

function assertShort(text: string, url: string): void {
  for (const [what, word, most] of MOST) {
    let count = 0;
    for (let at = text.indexOf(word); at >= 0 && count <= most; at = text.indexOf(word, at + 1)) count += 1;
    if (count > most) throw fault('playlist-forbidden', `${url}: expected at most ${most} ${what}`);
  }
}

function parsed(text: string, url: string): types.MasterPlaylist | types.MediaPlaylist {
  try {
    return parse(text);
  } catch (error) {
    throw fault('input-not-media', `${url} is no playlist: ${(error as Error).message}`, { cause: error });
  }
}

function bestVariant({ variants }: types.MasterPlaylist, url: string): string {
  const usable = variants.filter(
    ({ isIFrameOnly, audio = [] }) => !isIFrameOnly && audio.every(({ uri }) => uri === undefined),
  );
  const [best] = usable.sort((one, other) => other.bandwidth - one.bandwidth);
  if (best) return best.uri;
  throw fault('input-unsupported', `${url}: expected a variant that carries its own audio`);
}

function partsOf(playlist: types.MediaPlaylist, place: PlaylistPlace): PlaylistPart[] {
  const { url } = place;
  const { segments, endlist } = playlist;
  if (!endlist) throw fault('input-unsupported', `${url} is live: expected a playlist with an end`);
  if (segments.length === 0) throw fault('input-empty', `${url} names no segments`);
  const [first] = segments;
  const mapOf = (segment: types.Segment | undefined): string => JSON.stringify(segment?.map ?? null);
  for (const segment of segments) {
    if (segment.key && segment.key.method !== 'NONE') throw fault('input-unsupported', `${url} is encrypted`);
    if (segment.gap) throw fault('input-unsupported', `${url} has gaps`);
    const isBroken = segment !== first && (segment.discontinuity || mapOf(segment) !== mapOf(first));
    if (isBroken) throw fault('input-unsupported', `${url} has discontinuities`);
  }
  return [...(first?.map ? [first.map] : []), ...segments].map(({ uri, byterange }) => ({
    url: resolveIn(place, uri),
    ...(byterange ? { range: { fromByte: byterange.offset, lengthBytes: byterange.length } } : {}),
  }));
}

/**
 * A playlist that somebody has uploaded is to reach nothing but what lies beside it: an object or a file names what is
 * below the folder of the first playlist. A web address may name any other one, since media often lie on another host,
 * and each of them is guarded like the first.
 */
function resolveIn({ url, first }: PlaylistPlace, reference: string): string {
  const resolved = resolvers[schemeOf(url)]?.({ url, first }, reference);
  if (resolved !== undefined && resolved !== url) return resolved;
  throw fault(
    'playlist-forbidden',
    `${url} refers to ${reference.slice(0, 200)}: expected what is below the folder of the playlist`,
  );
}

type Resolve = (place: PlaylistPlace, reference: string) => string | undefined;

const schemeOf = (url: string): string => /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase() ?? '';

const resolveWeb: Resolve = ({ url }, reference) => {
  const resolved = absolute(url, reference);
  return resolved && /^https?:/.test(resolved) ? resolved : undefined;
};

const resolvers: Readonly<Record<string, Resolve>> = {
  'http:': resolveWeb,
  'https:': resolveWeb,

  'file:': ({ url, first }, reference) => {
    const resolved = absolute(url, reference);
    return resolved?.startsWith(folderOf(new URL(first).href)) ? resolved : undefined;
  },

  's3:': ({ url, first }, reference) => {
    const [base, root] = [placeOfAddress(url), placeOfAddress(first)];
    const named = base && placeOfAddress(schemeOf(reference) === '' ? addressBeside(base, reference) : reference);
    const isReached = named && named.bucket === root?.bucket && isBelow(named.key, folderOf(root.key));
    return isReached ? objectAddress(named) : undefined;
  },
};

/** As a reference in a web page is meant; empty where it names a host. */
function addressBeside({ bucket, key }: ObjectPlace, reference: string): string {
  const resolved = absolute(objectAddress({ bucket: HOST, key }).replace(/^s3:/, 'http:'), reference);
  const { host, pathname } = new URL(resolved ?? 'http://none/');
  return host === HOST ? `s3://${bucket}${pathname}` : '';
}

const HOST = 'bucket';

const absolute = (base: string, reference: string): string | undefined =>
  URL.canParse(reference, base) ? new URL(reference, base).href : undefined;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
