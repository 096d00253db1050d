import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createAssembleRendition } from '../../activities/assemble-rendition.js';
import { createStages } from '../../activities/transcode/stages.js';
import type { TranscodeHost } from '../../activities/transcode/transcode-host.js';
import { chunkKey } from '../../contracts/keys.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import type { PieceResult } from '../../contracts/transcode-work.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { FFMPEG } from '../media/clips.js';
import { convert, FFPROBE, fullPlan, HIGH, makeFile, probe, profileOf } from '../media/transcode/conversion.js';

const CLIP = '-f lavfi -i testsrc2=size=160x90:rate=25 -t 2 -c:v libx264 -preset ultrafast';
/** What each comparison of pictures is said to cost here, in seconds of processor time; it costs far less. */
const SSIM_COSTS = 1000;

describe('the assembly of a rendition', () => {
  const folder = useTempFolder();

  /** An ffmpeg that says at each comparison that it was dear. */
  async function dearFfmpeg(): Promise<string> {
    const path = join(folder(), 'ffmpeg');
    const dear = `case "$*" in *ssim*) echo "bench: utime=${SSIM_COSTS}.0s stime=0.0s rtime=1.0s" >&2;; esac`;
    await writeFile(path, `#!/bin/sh\n${dear}\nexec "${FFMPEG}" "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async function assemble(minSsim: number | undefined): Promise<PieceResult> {
    const file = await makeFile(folder(), 'in.mp4', CLIP);
    const profile = profileOf({ video: { renditions: [HIGH], preset: 'veryfast', gopSeconds: 0.5 }, audio: undefined });
    const plan = fullPlan(await probe(file), { profile, remux: 'never' });
    const made = join(folder(), 'made');
    await mkdir(made);
    const { chunkPaths } = await convert(file, { folder: made, plan, join: [] });
    const settings = parseTranscodeRequest({
      taskId: 'movie',
      input: { url: `file://${file}` },
      profile: 'hls',
      minSsim,
    });
    const pathOf = new Map(
      plan.chunks.map(({ index }) => [
        chunkKey(settings, { unit: plan.unit, rendition: 'high', index }),
        chunkPaths['high']![index]!,
      ]),
    );
    const host = {
      name: 'a',
      ffmpeg: await dearFfmpeg(),
      ffprobe: FFPROBE,
      stages: createStages({ encoders: 1, transfers: 1 }),
      store: { get: async () => ({ body: Buffer.from(JSON.stringify(plan)) }), put: async () => 'written' },
      large: {
        getFile: (key: string, { path }: { path: string }) => copyFile(pathOf.get(key)!, path).then(() => true),
        putFile: async () => 'written',
      },
      scratch: {
        reserve: async () => ({ release: () => undefined }),
        withFolder: async (work: (own: string) => Promise<unknown>) => {
          const own = join(folder(), 'own');
          await mkdir(own);
          return work(own);
        },
      },
      inputs: { reserve: async () => ({ fetch: async () => file, release: () => undefined }) },
      onStage: () => undefined,
    } as unknown as TranscodeHost;
    const input = { settings, unit: plan.unit, outputPrefix: 'out', rendition: 'high' };
    return new MockActivityEnvironment().run(() => createAssembleRendition(host)(input)) as Promise<PieceResult>;
  }

  it('costs what its join and the proof of its quality cost together', async () => {
    const { cpuSeconds, outputs } = await assemble(0.5);
    assert.ok(cpuSeconds >= SSIM_COSTS, `${cpuSeconds} s`);
    assert.ok((outputs[0]?.ssim ?? 0) > 0.5);
  });

  it('costs its join alone where no quality is asked for', async () => {
    const { cpuSeconds, outputs } = await assemble(undefined);
    assert.ok(cpuSeconds < SSIM_COSTS, `${cpuSeconds} s`);
    assert.equal(outputs[0]?.ssim, undefined);
  });
});
