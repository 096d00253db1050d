import type { TranscodePlan } from '../../contracts/plan.js';
import type { TranscodeOutput } from '../../contracts/manifest.js';

/** What the master playlist says of a track. */
export type HlsTrack = Pick<TranscodeOutput, 'kind' | 'path' | 'rendition' | 'width' | 'height' | 'codecs'> &
  Pick<TranscodeOutput, 'peakKbps' | 'averageKbps'>;

/** Bits a second of a media playlist with byte ranges, thousands: of its most demanding segment, and on average. */
export function bitratesOf(playlist: string): { peakKbps: number; averageKbps: number } {
  const segments = [...playlist.matchAll(/#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)/g)].map(
    ([, seconds, bytes]) => ({ seconds: Number(seconds), kilobits: (Number(bytes) * 8) / 1000 }),
  );
  const sum = (of: (segment: { seconds: number; kilobits: number }) => number): number =>
    segments.reduce((total, segment) => total + of(segment), 0);
  // The last segment is often a fragment of one, and its rate says nothing of what a player has to fetch in time.
  const longest = Math.max(0, ...segments.map(({ seconds }) => seconds));
  const peak = Math.max(0, ...segments.map(({ seconds, kilobits }) => kilobits / Math.max(seconds, longest / 2)));
  return { peakKbps: Math.ceil(peak), averageKbps: Math.ceil(sum((one) => one.kilobits) / sum((one) => one.seconds)) };
}

/** The codec of an AVC track as RFC 6381 names it, out of the bytes of its file. */
export function avcCodec(init: Buffer): string | undefined {
  const at = init.indexOf('avcC', 0, 'latin1');
  return at < 0 ? undefined : `avc1.${init.toString('hex', at + 5, at + 8)}`;
}

/** The playlist of playlists, lowest rendition first, with the sound as a group of its own. */
export function hlsMaster(plan: TranscodePlan, tracks: readonly HlsTrack[]): string {
  const playlists = tracks.filter(({ kind }) => kind === 'playlist');
  const audio = playlists.find(({ rendition }) => rendition === undefined);
  const videos = plan.renditions.flatMap(({ name }) => playlists.filter(({ rendition }) => rendition === name));
  const fps = plan.probe.video?.fps ?? 0;
  const lines = videos.flatMap((video) => [
    `#EXT-X-STREAM-INF:${[
      `BANDWIDTH=${1000 * ((video.peakKbps ?? 0) + (audio?.peakKbps ?? 0))}`,
      `AVERAGE-BANDWIDTH=${1000 * ((video.averageKbps ?? 0) + (audio?.averageKbps ?? 0))}`,
      `CODECS="${[...(video.codecs ?? []), ...(audio?.codecs ?? [])].join()}"`,
      `RESOLUTION=${video.width}x${video.height}`,
      `FRAME-RATE=${fps.toFixed(3)}`,
      ...(audio ? ['AUDIO="audio"'] : []),
    ].join()}`,
    video.path,
  ]);
  const group = audio
    ? [`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,URI="${audio.path}"`]
    : [];
  return ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', ...group, ...lines, ''].join('\n');
}
