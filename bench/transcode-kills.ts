import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { submitTranscode } from '../client/transcodes.js';
import { awaitTranscode } from '../client/transcodes/describe-transcode.js';
import type { TranscodeManifest } from '../contracts/manifest.js';
import { WORK } from '../contracts/keys.js';
import { makeClip } from '../dev/clip.js';
import {
  encodeRequest,
  ffmpegsIn,
  onTranscodeStage,
  say,
  seconds,
  type StageStep,
  type TranscodeStage,
} from './transcode-stage.js';

/*
 * What a transcode loses when its worker is killed again and again: at most the chunk that was being encoded, each time.
 *
 *   npm run build && node dist/bench/transcode-kills.js --kills 20 --seconds 180
 *
 * SIGKILL at a random moment of a task, the worker started again at once; tasks follow each other until all kills have hit.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '180' },
    /** The longest that a worker lives, seconds. */
    life: { type: 'string', default: '20' },
  },
});
const FPS = 30;
const FRAMES = Number(values.seconds) * FPS;
const LOOK_EVERY_MS = 50;

interface TaskEnd {
  taskId: string;
  status: string;
  tookMs: number;
  manifest: TranscodeManifest | undefined;
}

await onTranscodeStage(async (stage) => {
  const clip = join(stage.home, 'clip.flv');
  say('making the clip');
  await makeClip(clip, { size: '1280x720', fps: FPS, seconds: Number(values.seconds), grain: 8 });
  const url = await stage.upload('inputs/clip.flv', clip);
  const kills: number[] = [];
  const ends: TaskEnd[] = [];
  let ffmpegs = 0;
  const looking = setInterval(
    () => void ffmpegsIn(stage.scratch).then((count) => (ffmpegs = Math.max(ffmpegs, count))),
    1000,
  );
  while (kills.length < Number(values.kills))
    ends.push(await runOne(stage, { url, kills, taskId: `kills-${ends.length + 1}` }));
  clearInterval(looking);
  const left = await leftovers(stage);
  const proofs = await Promise.all(ends.map((end) => prove(stage, end)));
  const again = begunAgain(await stage.steps(), kills);
  const manifests = ends.flatMap(({ manifest }) => manifest ?? []);
  return {
    figures: {
      kills: kills.length,
      tasks: ends.map(({ taskId, status, tookMs }) => `${taskId} ${status} in ${seconds(tookMs)} s`).join(', '),
      'frames of each output': proofs.map(({ frames }) => frames).join(', '),
      'chunks begun again for each kill': again.forKills.join(' '),
      'chunks begun again in all': again.forKills.reduce((sum, count) => sum + count, 0),
      'ffmpegs at once while it ran': ffmpegs,
      left: JSON.stringify(left),
      killsAtMs: kills,
      proofs,
    },
    claims: {
      'every task succeeded': ends.every(({ status }) => status === 'succeeded'),
      [`every output has the ${FRAMES} frames of its source`]:
        manifests.length === ends.length &&
        proofs.every(({ frames, source, counted }) => frames === FRAMES && source === FRAMES && counted === FRAMES),
      'each kill cost at most one chunk': again.forKills.every((count) => count <= 1) && again.withoutKill === 0,
      'nothing is left': Object.values(left).every((count) => count === 0),
      'an ffmpeg was seen while it ran': ffmpegs > 0,
      'store and topic agree with every manifest': proofs.every(({ exitCode }) => exitCode === 0),
    },
  };
});

/** One task, whose worker is killed for as long as it runs and kills are left. */
async function runOne(
  stage: TranscodeStage,
  { url, kills, taskId }: { url: string; kills: number[]; taskId: string },
): Promise<TaskEnd> {
  const { reelay, transcode } = stage;
  const startedMs = performance.now();
  const over = new AbortController();
  await submitTranscode(reelay, encodeRequest(taskId, url));
  const killing = killUntil(over.signal, { transcode, kills });
  const { state } = await awaitTranscode(reelay, { taskId });
  over.abort();
  await killing;
  say(`${taskId}: ${state.status} after ${seconds(performance.now() - startedMs)} s, ${kills.length} kills so far`);
  return { taskId, status: state.status, tookMs: performance.now() - startedMs, manifest: state.manifest };
}

async function killUntil(
  over: AbortSignal,
  { transcode, kills }: { transcode: TranscodeStage['transcode']; kills: number[] },
): Promise<void> {
  const pause = (ms: number): Promise<unknown> => delay(ms, undefined, { signal: over }).catch(() => undefined); // seen by the loop
  while (!over.aborted && kills.length < Number(values.kills)) {
    while (transcode.pid() === undefined && !over.aborted) await pause(LOOK_EVERY_MS);
    await pause(Math.random() * Number(values.life) * 1000);
    if (over.aborted) return;
    transcode.signal('SIGKILL');
    kills.push(Date.now());
    while (transcode.pid() !== undefined) await delay(LOOK_EVERY_MS);
  }
}

/** Each chunk that was begun once more, put down to the first kill after it was begun before. */
function begunAgain(
  steps: readonly StageStep[],
  kills: readonly number[],
): { forKills: number[]; withoutKill: number } {
  const forKills = kills.map(() => 0);
  let withoutKill = 0;
  const begun = new Map<string, number>();
  for (const { taskId, piece, stage, atMs } of steps) {
    if (stage !== 'encode' || !piece.startsWith('chunk ')) continue;
    const before = begun.get(`${taskId} ${piece}`);
    begun.set(`${taskId} ${piece}`, atMs);
    if (before === undefined) continue;
    const kill = kills.findIndex((killedMs) => killedMs >= before && killedMs <= atMs);
    if (kill < 0) withoutKill += 1;
    else forKills[kill]! += 1;
  }
  return { forKills, withoutKill };
}

/** How many of each are there when nothing is under way; inputs stay on a host that runs, for those who want them next. */
async function leftovers({ scratch, adapters }: TranscodeStage): Promise<Record<string, number>> {
  const entries = await readdir(scratch, { withFileTypes: true });
  const others = entries.filter((entry) => !entry.isSocket() && !['kept', 'inputs'].includes(entry.name));
  let pieces = 0;
  for await (const { key } of adapters.store.list(WORK)) pieces += key ? 1 : 0;
  return {
    ffmpegs: await ffmpegsIn(scratch),
    scratchEntries: others.length,
    keptChunks: (await readdir(join(scratch, 'kept'))).length,
    piecesInStore: pieces,
    uploads: await adapters.large.abandonUploads({ prefix: '', beforeMs: Date.now() + 3_600_000 }),
  };
}

/** Frames as the manifest says and as ffprobe counts them in what was stored, and what `reelay verify` says of it. */
async function prove({ home, adapters, command }: TranscodeStage, { taskId, manifest }: TaskEnd) {
  const [output] = manifest?.outputs ?? [];
  const path = join(home, `${taskId}.mp4`);
  if (output) await adapters.large.getFile(output.key, { path });
  const { stdout } = await execa(
    'ffprobe',
    [
      '-v',
      'error',
      '-select_streams',
      'v:0',
      '-count_packets',
      '-show_entries',
      'stream=nb_read_packets',
      '-of',
      'csv=p=0',
      path,
    ],
    { reject: false },
  );
  return {
    taskId,
    frames: output?.frames,
    source: manifest?.input.video?.frames,
    counted: Number.parseInt(stdout, 10),
    exitCode: await command('verify', 'transcode', taskId),
  };
}
