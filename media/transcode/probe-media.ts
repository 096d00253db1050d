import { stat } from 'node:fs/promises';
import { fault, problemOf } from '../../contracts/errors.js';
import type { MediaProbe } from '../../contracts/plan.js';
import { probePacketsArgs, probeTracksArgs, type ProbeIntent } from '../args/transcode/probe.js';
import { assertWhole } from './assert-whole.js';
import { audioTrackOf, hasRoundedTimes, videoTrackOf } from './describe-tracks.js';
import { jumpFinder } from './jumps.js';
import { lookAtBoxes } from './look-at-boxes.js';
import { packetCounter, parsePacket, type CountedTracks } from './packet-counts.js';
import { TOO_LARGE } from './input-faults.js';
import { picturesReader, type Look, type PicturesReader } from './pictures-reader.js';
import type { Programs } from './piece.js';
import { runFfprobe } from './run-ffprobe.js';
import { chooseTrack, fractionOf, isEncrypted, parseHeader, type Header, type Track } from './tracks.js';
import type { Timeline } from './timeline.js';
import { timelineOf } from './timeline-of.js';

export interface ProbeLimits {
  maxPixels: number;
  maxTracks: number;
  maxDurationMs: number;
  /** Of which the times are kept in the memory, all tracks together. */
  maxPackets: number;
  /** How long one look at the file may take. */
  timeoutMs: number;
}

export const PROBE_LIMITS: ProbeLimits = {
  maxPixels: 8192 * 4320,
  maxTracks: 64,
  maxDurationMs: 86_400_000,
  // A day of 60 pictures a second, at about 90 bytes each.
  maxPackets: 6_000_000,
  timeoutMs: 300_000,
};

export interface ProbeOptions extends Programs {
  file: string;
  limits?: ProbeLimits;
  signal: AbortSignal;
}

export interface Probed extends Timeline {
  probe: MediaProbe;
}

/** Longer without sound than this between two packets is a gap, seconds: where times are rounded, and where they are exact. */
const GAP_S = 0.05;
const EXACT_GAP_S = 0.001;

/** What a file holds, told from each of its packets, without decoding more than its beginning. Throws `input-*`. */
export async function probeMedia({ limits = PROBE_LIMITS, ...options }: ProbeOptions): Promise<Probed> {
  const { size } = await stat(options.file);
  if (size === 0) throw fault('input-empty', 'the input has 0 bytes');
  const intent = { file: options.file, maxTracks: limits.maxTracks, maxPixels: limits.maxPixels };
  const look = { ...options, timeoutMs: limits.timeoutMs };
  const boxes = await lookAtBoxes(options.file, options.signal);
  const header = await readHeader(look, intent).catch((error: unknown) => {
    throw problemOf(error)?.code === 'input-truncated' && !boxes.hasBoxes ? notMedia(error) : error;
  });
  assertLimits(header, limits);
  const [video, audio] = [chooseTrack(header.streams, 'video'), chooseTrack(header.streams, 'audio')];
  for (const track of [video, audio]) if (track) assertReadable(track);
  const { counts, tail, jumps, moved } = await countPackets(look, { intent, header, maxPackets: limits.maxPackets });
  if ([...counts.values()].some((one) => one.counts.encrypted > 0))
    throw fault('input-unsupported', 'its packets are encrypted');
  assertWhole({ header, counts, tail });
  const of = (track: Track) => counts.get(track.index)!.counts;
  const timeline =
    video &&
    (await timelineOf({
      track: video,
      counts: of(video),
      pictures: continuousPictures(picturesReader(look, intent), (ticks) => moved(ticks, video)),
      isIndexed: header.format.format_name.startsWith('mov,') && video.nb_frames === of(video).packets,
    }));
  const repair = jumps.length > 0 ? { jumps } : {};
  const probe: MediaProbe = {
    container: boxes.isQuickTime ? 'mov' : header.format.format_name,
    durationMs: Math.round(1000 * durationOf(header, counts)),
    ...(video && timeline ? { video: { ...videoTrackOf(video, { counts: of(video), timeline }), ...repair } } : {}),
    ...(audio && of(audio).packets > 0 ? { audio: { ...audioTrackOf(audio, of(audio)), ...repair } } : {}),
    otherTracks: header.format.nb_streams - [video, audio].filter(Boolean).length,
    isFaststart: boxes.isFaststart,
    warnings: [
      ...(timeline?.warnings ?? []),
      ...jumps.map(({ byS }) => `a jump of its clock by ${byS.toFixed(1)} s is taken out`),
    ],
  };
  if (probe.durationMs > limits.maxDurationMs)
    throw fault('input-too-large', `it lasts ${probe.durationMs} ms, more than ${limits.maxDurationMs} ms`);
  return { probe, timeline: timeline?.timeline ?? [], keyframes: jumps.length > 0 ? [] : (timeline?.keyframes ?? []) };
}

async function readHeader(look: Look, intent: ProbeIntent): Promise<Header> {
  const lines: string[] = [];
  let tooLarge: string | undefined;
  await runFfprobe({
    ...look,
    args: probeTracksArgs(intent),
    onLine: (line) => lines.push(line),
    onComplaint: (line) => (tooLarge ??= TOO_LARGE.exec(line)?.[0]),
  });
  if (tooLarge !== undefined) throw fault('input-too-large', `ffmpeg refuses it: ${tooLarge}`);
  return parseHeader(lines.join('\n'));
}

/** By its name alone, ffmpeg takes anything for an MP4 whose index is missing. */
const notMedia = (cause: unknown): Error => fault('input-not-media', 'it has the name of an MP4 alone', { cause });

function assertLimits({ format, streams }: Header, { maxPixels, maxTracks }: ProbeLimits): void {
  if (format.nb_streams > maxTracks)
    throw fault('input-too-large', `it has ${format.nb_streams} tracks, more than ${maxTracks}`);
  const large = streams.find(({ width, height }) => width * height > maxPixels);
  if (large)
    throw fault('input-too-large', `its picture is ${large.width}x${large.height}, more than ${maxPixels} pixels`);
}

function assertReadable(track: Track): void {
  const { codec_type: kind, codec_name: codec, codec_tag_string: tag } = track;
  if (isEncrypted(track)) throw fault('input-unsupported', `its ${kind} is encrypted (${tag})`);
  if (codec === undefined || codec === 'unknown' || codec === 'none')
    throw fault('input-unsupported', `its ${kind} has a codec that is not known (${tag ?? 'no tag'})`);
  if (kind === 'video' && (track.width === 0 || track.height === 0))
    throw fault('input-damaged', `nothing tells the size of its picture (${codec})`);
}

async function countPackets(
  look: Look,
  { intent, header, maxPackets }: { intent: ProbeIntent; header: Header; maxPackets: number },
) {
  const counts = new Map(
    header.streams.map((track) => {
      const [above, below] = fractionOf(track.time_base) ?? [1, 1000];
      const isExact = track.codec_name === 'aac' && !hasRoundedTimes(track);
      const gapTicks = ((isExact ? EXACT_GAP_S : GAP_S) * below) / above;
      return [track.index, packetCounter({ isKept: track.codec_type === 'video', gapTicks })];
    }),
  );
  const { jumps, moved, read } = jumpFinder(header);
  const tracks = new Map(header.streams.map((track) => [track.index, track]));
  const tooMany = new AbortController();
  let kept = 0;
  const { tail } = await runFfprobe({
    ...look,
    signal: AbortSignal.any([look.signal, tooMany.signal]),
    args: probePacketsArgs(intent),
    onLine(line) {
      const packet = parsePacket(line);
      const track = packet && tracks.get(packet.track);
      if (!track || tooMany.signal.aborted) return;
      const counter = counts.get(packet.track);
      counter?.add(read(packet, track));
      if (counter?.isKept) kept += 1;
      if (kept > maxPackets) tooMany.abort(fault('input-too-large', `its video has more than ${maxPackets} packets`));
    },
  });
  return { counts, tail, jumps, moved };
}

const continuousPictures = (pictures: PicturesReader, moved: (ticks: number) => number): PicturesReader => ({
  readFirst: async (index) => (await pictures.readFirst(index)).map(moved),
  readAll: async (index) => (await pictures.readAll(index)).map(moved),
});

/** Seconds from the first shown packet of any of its tracks to the last. */
function durationOf({ streams }: Header, counted: CountedTracks): number {
  const spans = streams.flatMap((track) => {
    const counts = counted.get(track.index)?.counts;
    const [above, below] = fractionOf(track.time_base) ?? [1, 1000];
    return counts && Number.isFinite(counts.firstPts)
      ? [[(counts.firstPts * above) / below, ((counts.lastPts + counts.lastDuration) * above) / below] as const]
      : [];
  });
  return spans.length === 0 ? 0 : Math.max(...spans.map(([, end]) => end)) - Math.min(...spans.map(([start]) => start));
}
