import { parse, types } from 'hls-parser';
import { fault } from '../../contracts/errors.js';

const MAX_SEGMENTS = 20_000;
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

/** What a playlist found at `url` names, made absolute. */
export function readPlaylist(text: string, url: string): Playlist {
  const playlist = parsed(text, url);
  return playlist instanceof types.MasterPlaylist
    ? { kind: 'master', variant: resolveIn(url, bestVariant(playlist, url)) }
    : { kind: 'media', parts: partsOf(playlist, url) };
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

function partsOf(playlist: types.MediaPlaylist, url: string): PlaylistPart[] {
  const { segments, endlist } = playlist;
  if (!endlist) throw fault('input-unsupported', `${url} is live: expected a playlist with an end`);
  if (segments.length === 0) throw fault('input-empty', `${url} names no segments`);
  if (segments.length > MAX_SEGMENTS)
    throw fault('playlist-forbidden', `${url}: expected at most ${MAX_SEGMENTS} segments, got ${segments.length}`);
  const [first] = segments;
  const mapOf = (segment: types.Segment | undefined): string => JSON.stringify(segment?.map ?? null);
  for (const segment of segments) {
    if (segment.key && segment.key.method !== 'NONE') throw fault('input-unsupported', `${url} is encrypted`);
    if (segment.gap) throw fault('input-unsupported', `${url} has gaps`);
    const isBroken = segment !== first && (segment.discontinuity || mapOf(segment) !== mapOf(first));
    if (isBroken) throw fault('input-unsupported', `${url} has discontinuities`);
  }
  return [...(first?.map ? [first.map] : []), ...segments].map(({ uri, byterange }) => ({
    url: resolveIn(url, uri),
    ...(byterange ? { range: { fromByte: byterange.offset, lengthBytes: byterange.length } } : {}),
  }));
}

/** http and https are one world; every other scheme may name its own alone. */
const worldOf = (url: string): string =>
  /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase().replace('https:', 'http:') ?? '';

function resolveIn(playlist: string, reference: string): string {
  const forbidden = fault(
    'playlist-forbidden',
    `${playlist} refers to ${reference.slice(0, 200)}: expected files of its own kind`,
  );
  const world = worldOf(playlist);
  if (worldOf(reference) !== '' && worldOf(reference) !== world) throw forbidden;
  const resolved = world === 's3:' ? resolveKey(playlist, reference) : absolute(playlist, reference);
  if (resolved === undefined || worldOf(resolved) !== world || resolved === playlist) throw forbidden;
  return resolved;
}

const absolute = (base: string, reference: string): string | undefined =>
  URL.canParse(reference, base) ? new URL(reference, base).href : undefined;

/** Keys have no escapes in their addresses, and references have. */
function resolveKey(playlist: string, reference: string): string | undefined {
  if (worldOf(reference) === 's3:') return reference;
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(playlist) ?? [];
  const path = absolute(`http://bucket/${key.split('/').map(encodeURIComponent).join('/')}`, reference);
  if (!path?.startsWith('http://bucket/')) return undefined;
  return `s3://${bucket}/${decodeURIComponent(new URL(path).pathname.slice(1))}`;
}
