import assert from 'node:assert/strict';
import type { FrameEvent, GapEvent, StreamEvent, StreamState, Verification } from '../../client/index.js';
import { problemOf, stopStream } from '../../client/index.js';
import { reelay, type CommandResult } from './commands.js';
import { eventually } from './eventually.js';
import { outsideClient, type TopicRecord } from './outside-client.js';
import { afterScene } from './stage.js';

export type Told<Data> = TopicRecord & { data: Data };
export type StartAnswer = StreamState & { isNew: boolean; error?: { code: string } };

const PATIENCE_MS = 20_000;

/** `reelay stream start URL --id ID …`; the stream ends with the scene. */
export function startStream(url: string, { id, args }: { id: string; args: string[] }) {
  endsWithScene(id);
  return reelay<StartAnswer>('stream', 'start', url, '--id', id, ...args);
}

/** For a stream that is started in another way. */
export function endsWithScene(streamId: string): void {
  afterScene(async () => {
    const { reelay } = await outsideClient();
    await stopStream(reelay, { streamId }).catch((error: unknown) => {
      if (!problemOf(error)) throw error; // it is over already, or has failed, as its test wanted
    });
  });
}

export const showStream = async (id: string): Promise<StreamState & { status: string }> =>
  (await reelay<StreamState & { status: string }>('stream', 'show', id)).answer;

export const framesOf = async (id: string): Promise<Told<FrameEvent>[]> => told(id, 'reelay.frames', 'frame.captured');

export const gapsOf = async (id: string): Promise<Told<GapEvent>[]> => told(id, 'reelay.streams', 'gap.recorded');

/** The announcements of one kind: started, interrupted, resumed or ended. */
export const turnsOf = async (id: string, kind: string): Promise<Told<StreamEvent>[]> =>
  told(id, 'reelay.streams', `stream.${kind}`);

/** Resolves with all frames so far when there are as many as that. */
export const awaitFrames = (
  id: string,
  { count, where = () => true, withinMs = PATIENCE_MS }: FramesWanted,
): Promise<Told<FrameEvent>[]> =>
  eventually(
    async () => {
      const frames = await framesOf(id);
      return frames.filter(({ data }) => where(data)).length >= count ? frames : undefined;
    },
    { withinMs, what: `${count} frames of ${id}` },
  );

interface FramesWanted {
  count: number;
  where?: (frame: FrameEvent) => boolean;
  withinMs?: number;
}

export const awaitTurn = (id: string, { kind, withinMs = PATIENCE_MS }: { kind: string; withinMs?: number }) =>
  eventually(async () => (await turnsOf(id, kind)).at(-1), { withinMs, what: `${id} ${kind}` });

export const verify = (id: string): Promise<CommandResult<Verification>> => reelay('verify', 'stream', id);

/** Each due slot is a frame or a gap, as `reelay verify` finds; returns the account for more. */
export async function expectAccounted(id: string): Promise<Verification> {
  const { answer, exitCode } = await verify(id);
  assert.deepEqual(answer.differences, [], id);
  assert.equal(exitCode, 0, id);
  assert.equal(answer.counts.due, answer.counts.stored + answer.counts.gaps, id);
  assert.ok(answer.counts.stored > 0, id);
  return answer;
}

export async function expectNoGap(id: string): Promise<void> {
  const { counts, gapsByReason } = await expectAccounted(id);
  assert.equal(counts.gaps, 0, `${id} lost slots: ${JSON.stringify(gapsByReason)}`);
}

async function told<Data>(id: string, topic: string, type: string): Promise<Told<Data>[]> {
  const { records } = await outsideClient();
  const ofType = records(topic, id).filter(({ headers }) => headers['ce_type'] === `dev.reelay.${type}.v1`);
  return ofType as unknown as Told<Data>[];
}
