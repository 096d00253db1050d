import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { submitTranscode } from '../client/transcodes.js';
import { awaitTranscode } from '../client/transcodes/describe-transcode.js';
import { readLogs } from '../client/transcodes/read-logs.js';
import { makeClip } from '../dev/clip.js';
import { median } from './median.js';
import { encodeRequest, onTranscodeStage, say, seconds, type TranscodeStage } from './transcode-stage.js';

/*
 * Two tasks on one worker, whose store is slow: one fetches and stores while the other encodes, so that both together take
 * clearly less than one after the other.
 *
 *   npm run build && node dist/bench/transcode-overlap.js --rounds 3
 *
 * Each task has an id and an input of its own, so that nothing is found that another one has made. Rounds are interleaved.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    /** Bytes a second that the store takes and gives, in each direction. */
    rate: { type: 'string', default: '2000000' },
    seconds: { type: 'string', default: '40' },
    /** Together they may take at most this part of the sum. */
    most: { type: 'string', default: '0.85' },
  },
});
const MOST = Number(values.most);

interface Round {
  aloneMs: number[];
  togetherMs: number;
  ratio: number;
  overlapS: number;
}

await onTranscodeStage(async (stage) => {
  const clip = join(stage.home, 'clip.flv');
  await makeClip(clip, { size: '1280x720', fps: 30, seconds: Number(values.seconds), grain: 3 });
  await run(stage, { clip, taskIds: ['warm-up'] });
  await stage.spoilStore({ kind: 'slow', bytesPerSecond: Number(values.rate) });
  const rounds: Round[] = [];
  for (let index = 1; index <= Number(values.rounds); index += 1) {
    const first = await run(stage, { clip, taskIds: [`alone-${index}a`] });
    const both = [`together-${index}a`, `together-${index}b`];
    const togetherMs = await run(stage, { clip, taskIds: both });
    const second = await run(stage, { clip, taskIds: [`alone-${index}b`] });
    const overlapS = await overlapOf(stage, both);
    rounds.push({ aloneMs: [first, second], togetherMs, overlapS, ratio: togetherMs / (first + second) });
    say(JSON.stringify(rounds.at(-1)));
  }
  const ratio = median(rounds.map((round) => round.ratio));
  return {
    figures: {
      'alone, seconds': rounds.map(({ aloneMs }) => aloneMs.map(seconds).join(' + ')).join(', '),
      'together, seconds': rounds.map(({ togetherMs }) => seconds(togetherMs)).join(', '),
      'together against the sum': rounds.map((round) => round.ratio.toFixed(2)).join(', '),
      'median of that': ratio.toFixed(2),
      'seconds in which one transfers and the other encodes': rounds.map(({ overlapS }) => overlapS).join(', '),
      rounds,
    },
    claims: {
      [`together they take at most ${MOST} of the sum`]: ratio <= MOST,
      'in each round one transferred while the other encoded': rounds.every(({ overlapS }) => overlapS >= 1),
    },
  };
});

/** Runs tasks that are submitted together; how long until all are done. */
async function run(
  { reelay, upload }: TranscodeStage,
  { clip, taskIds }: { clip: string; taskIds: readonly string[] },
): Promise<number> {
  const inputs = await Promise.all(taskIds.map((taskId) => upload(`inputs/${taskId}.flv`, clip)));
  const startedMs = Date.now();
  const ends = await Promise.all(
    taskIds.map(async (taskId, index) => {
      await submitTranscode(reelay, encodeRequest(taskId, inputs[index]!));
      const { state } = await awaitTranscode(reelay, { taskId });
      if (state.status !== 'succeeded') throw new Error(`${taskId} ${state.status}: ${state.problem?.message}`);
      return state.endedAtMs!;
    }),
  );
  return Math.max(...ends) - startedMs;
}

interface Span {
  kind: 'transfer' | 'encode';
  fromMs: number;
  untilMs: number;
}

/** Seconds in which one task transfers and the other encodes pictures, by what their attempts have logged. */
async function overlapOf({ reelay }: TranscodeStage, taskIds: readonly string[]): Promise<number> {
  const [one, other] = await Promise.all(taskIds.map((taskId) => spansOf(reelay, taskId)));
  const pairs = [
    [tenthsOf(one!, 'transfer'), tenthsOf(other!, 'encode')],
    [tenthsOf(other!, 'transfer'), tenthsOf(one!, 'encode')],
  ] as const;
  return new Set(pairs.flatMap(([some, others]) => [...some].filter((tenth) => others.has(tenth)))).size / 10;
}

function tenthsOf(spans: readonly Span[], kind: Span['kind']): Set<number> {
  return new Set(
    spans
      .filter((span) => span.kind === kind)
      .flatMap(({ fromMs, untilMs }) =>
        Array.from({ length: Math.floor((untilMs - fromMs) / 100) }, (_, index) => Math.ceil(fromMs / 100) + index),
      ),
  );
}

/** What all attempts did, each stage until the next; the pieces of a rendition are fetched until they are joined. */
async function spansOf(reelay: TranscodeStage['reelay'], taskId: string): Promise<Span[]> {
  const spans: Span[] = [];
  for await (const { text, piece } of readLogs(reelay, { taskId })) {
    const [head = '', ...lines] = text.trimEnd().split('\n');
    const startedMs = Date.parse(head.split(' ')[0]!);
    const steps = lines.flatMap((line) => {
      const [, at, stage] = /^([\d.]+) s (waiting|fetch|encode|verify|upload|done)$/.exec(line) ?? [];
      return stage === undefined ? [] : [{ stage, atMs: startedMs + Number(at) * 1000 }];
    });
    for (const [index, { stage, atMs }] of steps.entries()) {
      const untilMs = steps[index + 1]?.atMs ?? atMs;
      const isTransfer = stage === 'upload' || stage === 'fetch';
      const isEncode = stage === 'encode' && piece.startsWith('chunk');
      if (isTransfer || isEncode) spans.push({ kind: isTransfer ? 'transfer' : 'encode', fromMs: atMs, untilMs });
    }
  }
  return spans;
}
