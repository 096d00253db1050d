import { readFile } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { taskStart } from '../../contracts/task-start.js';
import { parseTranscodeRequest, type TranscodeRequest, type TranscodeState } from '../../contracts/transcode.js';
import type { transcode, TranscodeInput } from '../../workflows/transcode.js';
import { clip, type ClipOptions } from './clips.js';
import { eventually } from './eventually.js';
import { fullStack } from './full-stack.js';
import { outsideClient, type TopicRecord } from './outside-client.js';
import { processesWith, type RunningProcess } from './processes.js';

const WITHIN_MS = 90_000;

/** Puts a test clip into the bucket of the stack; its address. */
export async function uploadClip(key: string, options: ClipOptions = {}): Promise<string> {
  return upload(key, await readFile(await clip(options)));
}

export async function upload(key: string, body: Uint8Array): Promise<string> {
  const { s3, bucket } = await outsideClient();
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  return `s3://${bucket}/${key}`;
}

/** Starts a task as a backend with a Temporal client of its own does. */
export async function startTask(request: TranscodeRequest & Pick<TranscodeInput, 'chunkMs'>) {
  const { temporal } = (await outsideClient()).reelay;
  const { chunkMs, ...rest } = request;
  const start = taskStart(parseTranscodeRequest(rest));
  return temporal.workflow.start<typeof transcode>('transcode', {
    ...start,
    args: [{ ...rest, ...(chunkMs === undefined ? {} : { chunkMs }) }],
  });
}

/** Waits until the task is as is asked for. */
export async function awaitTask(
  taskId: string,
  isSo: (state: TranscodeState) => boolean,
  what = `task ${taskId}`,
): Promise<TranscodeState> {
  const { temporal } = (await outsideClient()).reelay;
  const handle = temporal.workflow.getHandle(`transcode:default/${taskId}`);
  return eventually(
    async () => {
      const state = await handle.query<TranscodeState>('transcodeState');
      return isSo(state) ? state : undefined;
    },
    { withinMs: WITHIN_MS, what },
  );
}

export async function transcodeEvents(taskId: string, { count }: { count: number }): Promise<TopicRecord[]> {
  const { records } = await outsideClient();
  return eventually(
    () => {
      const found = records('reelay.transcodes', taskId);
      return found.length >= count ? found : undefined;
    },
    { withinMs: WITHIN_MS, what: `${count} events of ${taskId}` },
  );
}

export async function transcodeWorker(): Promise<RunningProcess | undefined> {
  const { home } = await fullStack();
  const ours = await processesWith(`REELAY_HOME=${home}`, { inEnvironment: true });
  return ours.find(({ command }) => command.includes(' worker --roles transcode'));
}

/** The ffmpeg processes that work in the scratch folder of the stack. */
export async function encoders(): Promise<RunningProcess[]> {
  const { home } = await fullStack();
  return (await processesWith(`${home}/scratch/`)).filter(({ command }) => /(?:^|[ /])ffmpeg /.test(command));
}
