import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import PQueue from 'p-queue';
import { fault } from '../../contracts/errors.js';
import { isPlaylistName, isPlaylistText, readPlaylist, type PlaylistPart } from './playlist.js';
import type { InputScheme, Inspected, ReadOptions } from './media-inputs.js';
import { hasValidator, PLAYLIST_TAG, UNTOLD_PLAYLIST_TAG, type InputVersion } from '../../contracts/plan.js';

const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024;
const INSPECTIONS_AT_ONCE = 8;
/** Playlists that are remembered, since a segment is asked for by its place in them. */
const MAX_REMEMBERED = 16;

interface Piece {
  url: string;
  version: InputVersion;
  fromByte: number;
  lengthBytes: number;
}

interface Film {
  version: InputVersion;
  pieces: Piece[];
}

/**
 * Files, and playlists of files that have an end: those are read as one file, segment after segment. All that is named is
 * asked for by the same `files`, so it is guarded as what names it; what may be named is told in playlist.ts.
 */
export function withPlaylists(files: InputScheme): InputScheme {
  const films = new Map<string, Film>();

  return {
    async inspect(url, { signal, playlists = true }) {
      const found = await files.inspect(url, { signal });
      if (!(await isPlaylist(found, url, signal))) return found;
      if (!playlists)
        throw fault(
          'playlist-forbidden',
          `${url} is a playlist: expected a file, since what asked for it takes no others`,
        );
      const film = await filmOf(url, found, signal);
      films.delete(url);
      films.set(url, film);
      const [oldest] = films.keys();
      if (films.size > MAX_REMEMBERED && oldest !== undefined) films.delete(oldest);
      return { version: film.version, url: found.url };
    },

    async read(url, options) {
      const { version, signal } = options;
      if (!version.tag.startsWith(PLAYLIST_TAG)) return files.read(url, options);
      const known = films.get(url);
      const film =
        known?.version.tag === version.tag ? known : await filmOf(url, await files.inspect(url, { signal }), signal);
      if (film.version.tag !== version.tag) throw fault('input-changed', `${url}: its segments are others by now`);
      return Readable.from(bytesOf(film, options), { objectMode: false });
    },

    close: () => files.close(),
  };

  async function isPlaylist({ version }: Inspected, url: string, signal: AbortSignal | undefined): Promise<boolean> {
    if (isPlaylistName(url)) return true;
    if (version.sizeBytes > MAX_PLAYLIST_BYTES) return false;
    for await (const chunk of await read(url, { version, fromByte: 0, signal })) return isPlaylistText(chunk);
    return false;
  }

  async function filmOf(url: string, found: Inspected, signal: AbortSignal | undefined): Promise<Film> {
    const first = readPlaylist(await textOf(url, found.version, signal), { url: found.url, first: found.url });
    if (first.kind === 'media') return inspectParts(first.parts, [url, found.url], signal);
    const inner = await files.inspect(first.variant, { signal });
    const second = readPlaylist(await textOf(first.variant, inner.version, signal), {
      url: inner.url,
      first: found.url,
    });
    if (second.kind === 'master')
      throw fault('playlist-forbidden', `${first.variant}: expected segments, got variants again`);
    return inspectParts(second.parts, [url, found.url, first.variant, inner.url], signal);
  }

  async function textOf(url: string, version: InputVersion, signal: AbortSignal | undefined): Promise<string> {
    if (version.sizeBytes > MAX_PLAYLIST_BYTES)
      throw fault(
        'input-too-large',
        `${url}: expected a playlist of at most ${MAX_PLAYLIST_BYTES} bytes, got ${version.sizeBytes}`,
      );
    const chunks: Uint8Array[] = [];
    for await (const chunk of await read(url, { version, fromByte: 0, signal })) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (isPlaylistText(bytes)) return bytes.toString('utf8');
    throw fault('input-not-media', `${url}: expected a playlist that begins with #EXTM3U`);
  }

  async function inspectParts(
    parts: PlaylistPart[],
    playlists: string[],
    signal: AbortSignal | undefined,
  ): Promise<Film> {
    const urls = [...new Set(parts.map(({ url }) => url))];
    const named = urls.find((url) => playlists.includes(url) || isPlaylistName(url));
    if (named !== undefined)
      throw fault('playlist-forbidden', `${playlists[0]} refers to ${named}: expected segments, no playlist`);
    const queue = new PQueue({ concurrency: INSPECTIONS_AT_ONCE });
    const inspected = await queue
      .addAll(urls.map((url) => async () => [url, (await files.inspect(url, { signal })).version] as const))
      .finally(() => queue.clear());
    const versions = new Map(inspected);
    const pieces = parts.map(({ url, range }) => pieceOf(url, { version: versions.get(url), range }));
    const hash = createHash('sha256')
      .update(JSON.stringify(pieces.map(identityOf)))
      .digest('hex');
    const sizeBytes = pieces.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    const isTold = pieces.every(({ version }) => hasValidator(version));
    return { version: { sizeBytes, tag: (isTold ? PLAYLIST_TAG : UNTOLD_PLAYLIST_TAG) + hash }, pieces };
  }

  async function* bytesOf({ pieces }: Film, { fromByte, signal }: ReadOptions): AsyncGenerator<Uint8Array> {
    let begin = 0;
    for (const piece of pieces) {
      const skip = Math.max(0, fromByte - begin);
      begin += piece.lengthBytes;
      if (skip >= piece.lengthBytes) continue;
      let left = piece.lengthBytes - skip;
      let isFirst = skip === 0;
      const { url, version } = piece;
      for await (const chunk of await read(url, { version, fromByte: piece.fromByte + skip, signal })) {
        if (isFirst && isPlaylistText(chunk))
          throw fault('playlist-forbidden', `${url} is a playlist: expected a segment`);
        isFirst = false;
        const wanted = chunk.subarray(0, left);
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
        if (left === 0) break;
      }
      if (left > 0) throw fault('input-unreachable', `${url}: ended ${left} bytes early`);
    }
  }

  async function read(
    url: string,
    { version, fromByte, signal }: { version: InputVersion; fromByte: number; signal: AbortSignal | undefined },
  ): Promise<AsyncIterable<Uint8Array>> {
    return files.read(url, { version, fromByte, ...(signal ? { signal } : {}) });
  }
}

function pieceOf(
  url: string,
  { version, range }: { version: InputVersion | undefined; range: PlaylistPart['range'] },
): Piece {
  if (!version) throw new RangeError(`${url} was not inspected`);
  const { fromByte, lengthBytes } = range ?? { fromByte: 0, lengthBytes: version.sizeBytes };
  const isInside = fromByte >= 0 && lengthBytes > 0 && fromByte + lengthBytes <= version.sizeBytes;
  if (isInside) return { url, version, fromByte, lengthBytes };
  throw fault(
    'input-truncated',
    `${url}: expected bytes ${fromByte} to ${fromByte + lengthBytes}, got ${version.sizeBytes}`,
  );
}

/** Without the query, by which servers sign addresses anew each time that they are asked. */
const identityOf = ({ url, version, fromByte, lengthBytes }: Piece): unknown[] => [
  url.replace(/\?.*/s, ''),
  version,
  fromByte,
  lengthBytes,
];
