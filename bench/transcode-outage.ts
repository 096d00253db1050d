import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { submitTranscode } from '../client/transcodes.js';
import { awaitTranscode } from '../client/transcodes/describe-transcode.js';
import { makeClip } from '../dev/clip.js';
import { encodeRequest, onTranscodeStage, say, seconds, type TranscodeStage } from './transcode-stage.js';

/*
 * What an outage of the store costs a transcode that is storing its first chunks: about as long as it lasts, and no piece.
 *
 *   npm run build && node dist/bench/transcode-outage.js --outage 120
 *
 * The same task runs once with the store there, and once with a store that refuses and resets all connections meanwhile.
 */
const { values } = parseArgs({
  options: { outage: { type: 'string', default: '120' }, seconds: { type: 'string', default: '120' } },
});
const OUTAGE_MS = Number(values.outage) * 1000;
/** The longest pause between two tries of a piece, and what two runs of the same task differ by on a busy machine. */
const MARGIN_MS = 40_000;
const LOOK_EVERY_MS = 50;

await onTranscodeStage(async (stage) => {
  const clip = join(stage.home, 'clip.flv');
  say('making the clip');
  await makeClip(clip, { size: '1280x720', fps: 30, seconds: Number(values.seconds), grain: 8 });
  const calm = await runTask(stage, { clip, taskId: 'calm' });
  const hit = await runTask(stage, { clip, taskId: 'hit', meanwhile: () => breakStore(stage, 'hit') });
  const lostMs = hit.tookMs - calm.tookMs;
  const outage = hit.outage!;
  const duringOutage = hit.ended.filter(({ atMs }) => atMs > outage.beganMs && atMs < outage.endedMs);
  return {
    figures: {
      'outage, seconds': seconds(outage.endedMs - outage.beganMs),
      'it began with': outage.beganWith,
      'without it, seconds': seconds(calm.tookMs),
      'with it, seconds': seconds(hit.tookMs),
      'lost by it, seconds': seconds(lostMs),
      'from its end to the end of the task, seconds': seconds(hit.endedMs - outage.endedMs),
      'pieces that ended during it': duringOutage.length,
      'attempts that failed for good': hit.failed.length,
      'highest attempt of an activity': Math.max(...hit.attempts),
      warnings: hit.warnings.join('; '),
      failures: hit.failed,
    },
    claims: {
      'both tasks succeeded': calm.status === 'succeeded' && hit.status === 'succeeded',
      'the task was under way when the store came back': hit.endedMs > outage.endedMs,
      'no piece failed for good': hit.failed.length === 0 && hit.warnings.length === 0,
      [`it lost at most ${seconds(MARGIN_MS)} s more than the outage`]: lostMs <= OUTAGE_MS + MARGIN_MS,
      'store and topic agree with the manifest': (await stage.command('verify', 'transcode', 'hit')) === 0,
    },
  };
});

interface Outage {
  beganMs: number;
  endedMs: number;
  beganWith: string;
}

async function runTask(
  { reelay, upload }: TranscodeStage,
  { clip, taskId, meanwhile }: { clip: string; taskId: string; meanwhile?: () => Promise<Outage> },
) {
  const url = await upload(`inputs/${taskId}.flv`, clip);
  const startedMs = Date.now();
  const { workflowId } = await submitTranscode(reelay, encodeRequest(taskId, url));
  const [{ state }, outage] = await Promise.all([awaitTranscode(reelay, { taskId }), meanwhile?.()]);
  const endedMs = state.endedAtMs ?? Date.now();
  say(`${taskId}: ${state.status} after ${seconds(endedMs - startedMs)} s`);
  return {
    status: state.status,
    warnings: state.warnings,
    tookMs: endedMs - startedMs,
    endedMs,
    outage,
    ...(await attemptsOf(reelay, workflowId)),
  };
}

/** The store goes when the first chunk is on its way to it. */
async function breakStore({ spoilStore, steps }: TranscodeStage, task: string): Promise<Outage> {
  for (;;) {
    const uploading = (await steps()).find(
      ({ taskId, piece, stage }) => taskId === task && stage === 'upload' && piece.startsWith('chunk '),
    );
    if (uploading) return refuse(`${uploading.piece} at stage ${uploading.stage}`);
    await delay(LOOK_EVERY_MS);
  }

  async function refuse(beganWith: string): Promise<Outage> {
    await spoilStore({ kind: 'refuse' });
    const beganMs = Date.now();
    say(`the store is away: ${beganWith}`);
    await delay(OUTAGE_MS);
    await spoilStore({ kind: 'pass' });
    say('the store is back');
    return { beganMs, endedMs: Date.now(), beganWith };
  }
}

/** What its history says of the pieces of a task. */
async function attemptsOf({ temporal }: TranscodeStage['reelay'], workflowId: string) {
  const { events = [] } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  return {
    attempts: (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? []),
    failed: (events ?? []).flatMap(({ activityTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? []),
    ended: (events ?? [])
      .filter(({ activityTaskCompletedEventAttributes: completed }) => completed)
      .map(({ eventTime }) => ({ atMs: Number(eventTime?.seconds ?? 0) * 1000 })),
  };
}
