import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface ClipOptions {
  size?: string;
  fps?: number;
  gopSeconds?: number;
  bFrames?: number;
  seconds?: number;
  video?: boolean;
  /** The encoder of the pictures. */
  codec?: 'libx264' | 'flv';
  /** How grainy the picture is, 0 to 100: test pictures compress far better than real ones. */
  grain?: number;
}

/** Makes an FLV file of moving test pictures with a tone. */
export async function makeClip(
  file: string,
  {
    size = '640x360',
    fps = 25,
    gopSeconds = 2,
    bFrames = 0,
    seconds = 20,
    video = true,
    codec = 'libx264',
    grain = 0,
  }: ClipOptions,
): Promise<void> {
  const gop = `${gopSeconds * fps}`;
  const encoder = {
    libx264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', `${bFrames}`, '-b_strategy', '0'],
    flv: ['-c:v', 'flv', '-b:v', '1M'],
  }[codec];
  const pictures = [...encoder, '-pix_fmt', 'yuv420p', '-g', gop, '-keyint_min', gop, '-sc_threshold', '0'];
  await promisify(execFile)('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
    ...(video ? ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps},noise=alls=${grain}`, ...pictures] : []),
    ...['-t', `${seconds}`, '-c:a', 'aac', '-f', 'flv', file],
  ]);
}
