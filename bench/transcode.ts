import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { execa } from 'execa';
import PQueue from 'p-queue';
import type { TranscodePlan } from '../contracts/plan.js';
import { profileSchema } from '../contracts/profile.js';
import { encodeAudio } from '../media/transcode/encode-audio.js';
import { encodeChunk, type EncodedChunk } from '../media/transcode/encode-chunk.js';
import { joinMp4 } from '../media/transcode/join-mp4.js';
import { planTranscode } from '../media/transcode/plan-transcode.js';
import { probeMedia } from '../media/transcode/probe-media.js';
import { median } from './median.js';

/*
 * What a transcode in chunks with all its proofs costs, against one bare ffmpeg that makes the same file:
 *
 *   npm run build && node dist/bench/transcode.js --seconds 180 --rounds 3
 *
 * CPU is user and system time of all children, and of this process. Rounds are interleaved, and medians are compared.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    rounds: { type: 'string', default: '3' },
    /** What is compared with bare ffmpeg: processes at once x threads of each x seconds of a chunk. */
    variants: { type: 'string', default: '1x3x60' },
    preset: { type: 'string', default: 'veryfast' },
  },
});
const PROGRAMS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' };
const signal: AbortSignal = new AbortController().signal;
const RENDITION = { name: '720p', height: 720, crf: 23, maxrateKbps: 3000 };
const profile = profileSchema.parse({
  name: 'bench',
  version: 1,
  package: 'mp4',
  audio: {},
  video: { renditions: [RENDITION], preset: values.preset, gopSeconds: 2 },
});

interface Cost {
  wallS: number;
  cpuS: number;
}

const home = mkdtempSync(join(tmpdir(), 'reelay-bench-'));
try {
  await main();
} finally {
  await rm(home, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const file = await makeSource();
  const variants = values.variants.split(',').map((name) => ({ name, run: () => inChunks(file, name) }));
  const runs = [{ name: 'bare ffmpeg', run: () => bare(file) }, ...variants];
  const costs = new Map<string, Cost[]>(runs.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const { name, run } of runs) costs.get(name)!.push(await measure(run));
  }
  report(costs);
}

/** Fine moving detail and noise, at a rate like that of recorded video. */
async function makeSource(): Promise<string> {
  const file = join(home, 'source.mp4');
  const detail = `mandelbrot=size=640x360:rate=30:maxiter=300,scale=1280:720,format=yuv420p[m]`;
  const graph = `${detail};testsrc2=size=1280x720:rate=30,noise=alls=8:allf=t,format=yuv420p[t];[m][t]blend=all_opacity=0.6`;
  await execa('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', graph, '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
    ...[
      '-t',
      values.seconds,
      '-c:v',
      'libx264',
      '-preset',
      'superfast',
      '-b:v',
      '5M',
      '-g',
      '250',
      '-pix_fmt',
      'yuv420p',
    ],
    ...['-c:a', 'aac', '-b:a', '160k', '-movflags', '+faststart', file],
  ]);
  return file;
}

async function measure(run: () => Promise<void>): Promise<Cost> {
  const [startedMs, startedS] = [performance.now(), cpuSeconds()];
  await run();
  return { wallS: (performance.now() - startedMs) / 1000, cpuS: cpuSeconds() - startedS };
}

/** User and system time of this process and of all its children that have ended. */
function cpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / 100;
}

async function bare(file: string): Promise<void> {
  await execa('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-y', '-i', file, '-map', '0:v:0', '-map', '0:a:0'],
    ...['-vf', 'scale=1280:720:flags=bicubic:out_range=tv,format=yuv420p,setsar=1', '-fps_mode', 'passthrough'],
    ...['-c:v', 'libx264', '-preset', values.preset, '-crf', String(RENDITION.crf)],
    ...['-maxrate', `${RENDITION.maxrateKbps}k`, '-bufsize', `${2 * RENDITION.maxrateKbps}k`, '-g', '100000'],
    ...['-sc_threshold', '0', '-flags', '+cgop', '-force_key_frames', 'expr:gte(t,n_forced*2)'],
    ...['-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart', join(home, 'bare.mp4')],
  ]);
}

async function inChunks(file: string, variant: string): Promise<void> {
  const [atOnce = 1, threads = 1, chunkSeconds = 30] = variant.split('x').map(Number);
  const folder = join(home, variant);
  const probed = await probeMedia({ ...PROGRAMS, file, signal });
  const planned = planTranscode({ ...probed, profile, remux: 'never', chunkMs: chunkSeconds * 1000 });
  const plan: TranscodePlan = { ...planned, version: 1, unit: 'bench', input: { sizeBytes: 0, tag: '' } };
  const piece = { ...PROGRAMS, plan, folder, file, signal };
  const queue = new PQueue({ concurrency: atOnce });
  const audio = encodeAudio(piece);
  const chunks: EncodedChunk[] = await Promise.all(
    plan.chunks.map(({ index }) => queue.add(() => encodeChunk({ ...piece, index, threads }))),
  );
  const chunkPaths = chunks.map(({ renditions }) => renditions[0]!.path);
  await joinMp4({ ...piece, rendition: RENDITION.name, chunkPaths, audioPath: (await audio).path });
  await rm(folder, { recursive: true });
}

function report(costs: Map<string, Cost[]>): void {
  const medians = [...costs].map(([name, all]) => ({
    name,
    wallS: median(all.map(({ wallS }) => wallS)),
    cpuS: median(all.map(({ cpuS }) => cpuS)),
  }));
  const [base] = medians as [Cost & { name: string }];
  const table = new Table({ head: ['run', 'wall s', 'against bare', 'CPU s', 'against bare'] });
  const percent = (value: number, of: number): string => `${(100 * (value / of - 1)).toFixed(1)} %`;
  for (const { name, wallS, cpuS } of medians) {
    table.push([name, wallS.toFixed(1), percent(wallS, base.wallS), cpuS.toFixed(1), percent(cpuS, base.cpuS)]);
  }
  console.log(table.toString());
  console.log(JSON.stringify({ cores: cpus().length, ...values, medians, all: Object.fromEntries(costs) }));
}
