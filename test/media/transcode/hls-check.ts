import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import HLS from 'hls-parser';
import { createFile, MP4BoxBuffer } from 'mp4box';

type MasterPlaylist = HLS.types.MasterPlaylist;
type MediaPlaylist = HLS.types.MediaPlaylist;

export interface CheckedHls {
  faults: string[];
  variants: { uri: string; width: number; height: number; segmentSeconds: number[] }[];
}

/**
 * Reads a ladder as a strict parser does, and holds it against what RFC 8216 and Apple's authoring rules ask of CMAF: all
 * attributes there, segments within the target duration, byte ranges that adjoin and cover their file, each of them a
 * whole fragment that begins where it says, and cuts at the same times in every rendition.
 */
export async function checkHls(folder: string): Promise<CheckedHls> {
  HLS.setOptions({ strictMode: true });
  const faults: string[] = [];
  const master = HLS.parse(await readFile(join(folder, 'master.m3u8'), 'utf8')) as MasterPlaylist;
  if (!master.isMasterPlaylist || !master.independentSegments || (master.version ?? 0) < 7)
    faults.push('the master is no list of independent segments of version 7');
  const variants = await Promise.all(
    master.variants.map(async (variant) => {
      const { uri, bandwidth, averageBandwidth = 0, codecs, resolution, frameRate, audio } = variant;
      const isComplete = codecs && resolution && frameRate && averageBandwidth > 0 && bandwidth >= averageBandwidth;
      if (!isComplete) faults.push(`${uri} lacks an attribute`);
      for (const one of audio) faults.push(...(await checkMedia(folder, one.uri ?? '')).faults);
      const media = await checkMedia(folder, uri);
      faults.push(...media.faults);
      if (media.peakBits > bandwidth) faults.push(`${uri} has ${media.peakBits} bit/s, above its ${bandwidth}`);
      return {
        uri,
        width: resolution?.width ?? 0,
        height: resolution?.height ?? 0,
        segmentSeconds: media.segmentSeconds,
      };
    }),
  );
  const cuts = new Set(variants.map(({ segmentSeconds }) => segmentSeconds.join()));
  if (cuts.size > 1) faults.push('renditions are not cut at the same times');
  return { faults, variants };
}

async function checkMedia(folder: string, uri: string) {
  const list = HLS.parse(await readFile(join(folder, uri), 'utf8')) as MediaPlaylist;
  const faults: string[] = [];
  if (list.playlistType !== 'VOD' || !list.endlist) faults.push(`${uri} is no finished list`);
  const segments = list.segments;
  const file = await readFile(join(folder, segments[0]!.uri));
  const map = segments[0]!.map;
  let at = (map?.byterange?.offset ?? 0) + (map?.byterange?.length ?? 0);
  if (map?.byterange?.offset !== 0) faults.push(`${uri} has no header at the start of its file`);
  for (const [index, { byterange, duration }] of segments.entries()) {
    if (byterange?.offset !== at) faults.push(`segment ${index} of ${uri} does not adjoin the one before`);
    if (Math.round(duration) > list.targetDuration) faults.push(`segment ${index} of ${uri} lasts ${duration} s`);
    const kinds = boxesOf(file.subarray(at, at + (byterange?.length ?? 0)));
    if (!kinds.includes('moof') || kinds.at(-1) !== 'mdat') faults.push(`segment ${index} of ${uri} is no fragment`);
    at += byterange?.length ?? 0;
  }
  if (at !== file.length) faults.push(`${uri} names ${at} of ${file.length} bytes`);
  const peakBits = Math.max(
    ...segments.map(({ byterange, duration }) => ((byterange?.length ?? 0) * 8) / Math.max(duration, 0.5)),
  );
  return { faults, segmentSeconds: segments.map(({ duration }) => duration), peakBits };
}

function boxesOf(bytes: Buffer): string[] {
  const file = createFile();
  const copy = new Uint8Array(bytes).buffer;
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy, 0));
  file.flush();
  return file.boxes.map((box) => box.type);
}
