import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { clipFolder } from './clips.js';

/** How alike two JPEGs are once the first is brought to the size of the second: PSNR in dB. */
export async function likeness(first: Buffer, { second, size }: { second: Buffer; size: string }): Promise<number> {
  const files = await Promise.all(
    [first, second].map(async (jpeg) => {
      const file = join(clipFolder(), `${randomUUID()}.jpg`);
      await writeFile(file, jpeg);
      return file;
    }),
  );
  const { stderr } = await execa('ffmpeg', [
    ...['-hide_banner', '-nostdin', ...files.flatMap((file) => ['-i', file])],
    ...['-lavfi', `[0]scale=${size}[scaled];[scaled][1]psnr`, '-f', 'null', '-'],
  ]);
  return Number(/average:([\d.]+|inf)/.exec(stderr)?.[1]?.replace('inf', 'Infinity'));
}
