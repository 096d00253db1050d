import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export interface ClipOptions {
  size?: string;
  fps?: number;
  gopSeconds?: number;
  bFrames?: number;
  seconds?: number;
  video?: boolean;
  /** How grainy the picture is, 0 to 100: test pictures compress far better than real ones. */
  grain?: number;
}

const made = new Map<string, Promise<string>>();
let folder: string | undefined;

after('remove the clips', async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** An FLV file of moving test pictures with a tone, made once for each set of options. */
export function clip(options: ClipOptions = {}): Promise<string> {
  const name = JSON.stringify(options);
  const making = made.get(name) ?? make(options);
  made.set(name, making);
  return making;
}

/** A folder for what is made of clips; it goes with them. */
export const clipFolder = (): string => (folder ??= mkdtempSync(join(tmpdir(), 'reelay-clips-')));

async function make({
  size = '640x360',
  fps = 25,
  gopSeconds = 2,
  bFrames = 0,
  seconds = 20,
  video = true,
  grain = 0,
}: ClipOptions): Promise<string> {
  const file = join(clipFolder(), `${made.size}.flv`);
  const gop = `${gopSeconds * fps}`;
  const pictures = [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', `${bFrames}`, '-b_strategy', '0'],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
  ];
  await execa('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
    ...(video ? ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps},noise=alls=${grain}`, ...pictures] : []),
    ...['-t', `${seconds}`, '-c:a', 'aac', '-f', 'flv', file],
  ]);
  return file;
}
