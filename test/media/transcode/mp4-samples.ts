import { readFile } from 'node:fs/promises';
import { createFile, MP4BoxBuffer } from 'mp4box';

export interface Mp4Track {
  kind: 'video' | 'audio';
  codec: string;
  timescale: number;
  samples: number;
  /** Presentation ticks, sorted. */
  ticks: number[];
  /** Ticks at which the first sample is decoded. */
  firstDecoded: number;
  /** Which samples are keyframes, in the order of the file. */
  keys: number[];
  width: number;
  height: number;
}

/** What a demuxer that is not ffmpeg's finds in an MP4. */
export async function mp4Samples(path: string): Promise<{ isFaststart: boolean; tracks: Mp4Track[] }> {
  const file = createFile();
  const bytes = await readFile(path);
  const buffer = MP4BoxBuffer.fromArrayBuffer(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    0,
  );
  const ready = new Promise<ReturnType<typeof file.getInfo>>((resolve, reject) => {
    file.onReady = resolve;
    file.onError = (name: string) => reject(new Error(name));
  });
  file.appendBuffer(buffer);
  file.flush();
  const info = await ready;
  const order = file.boxes.map((box) => box.type);
  const tracks = info.tracks.map((track): Mp4Track => {
    const samples = file.getTrackSamplesInfo(track.id);
    return {
      kind: track.type === 'audio' ? 'audio' : 'video',
      codec: track.codec,
      timescale: track.timescale,
      samples: samples.length,
      ticks: samples.map(({ cts }) => cts).sort((a, b) => a - b),
      firstDecoded: samples[0]?.dts ?? NaN,
      keys: samples.flatMap(({ is_sync: isSync }, index) => (isSync ? [index] : [])),
      width: track.video?.width ?? 0,
      height: track.video?.height ?? 0,
    };
  });
  return { isFaststart: order.indexOf('moov') < order.indexOf('mdat'), tracks };
}
