import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { Kafka, logLevel } from 'kafkajs';
import { eventually } from './eventually.js';
import { fullStack } from './full-stack.js';
import { keysUnder, objectAt, outsideClient } from './outside-client.js';
import type { Trace } from './secrets.js';
import { afterScene } from './stage.js';

/*
 * What comes out of a stack: all that others than its operator may see of it while it runs, and what is left behind.
 */

const SAMPLE_EVERY_MS = 200;
/** Servers of others write these logs. */
const FOREIGN_LOG = /^(?:kafka|rtmp|s3|temporal)/;
/** Nobody stores secrets in pictures but who shows them. */
const PICTURE = /\.(?:jpe?g|ts|mp4|m4s|webp)$/;

const { History } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse, DescribeScheduleResponse } = proto.temporal.api.workflowservice.v1;

/** Looks again and again at what a host shows to all of its users, until it is told to stop. */
export async function watchHost(): Promise<() => Trace[]> {
  const { home } = await fullStack();
  const seen = new Map<string, Trace>();
  const look = (): void => {
    for (const trace of [...processTraces(home), ...nameTraces(home)])
      seen.set(`${trace.where} ${String(trace.bytes)}`, trace);
  };
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  const stop = (): void => {
    clearInterval(timer);
  };
  afterScene(async () => {
    stop();
  });
  return () => {
    stop();
    return [...seen.values()];
  };
}

function processTraces(home: string): Trace[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [command, environment] = [contentOf(`/proc/${pid}/cmdline`), contentOf(`/proc/${pid}/environ`)];
      const isOurs = environment.includes(`REELAY_HOME=${home}`);
      const isMedia = /\0smjpeg\0/.test(command) || command.includes(`${home}/scratch/`);
      return [
        ...(isOurs || isMedia ? [{ where: 'a command line', bytes: command }] : []),
        ...(isMedia ? [{ where: 'the environment of ffmpeg', bytes: environment }] : []),
      ];
    });
}

const nameTraces = (home: string): Trace[] =>
  ['scratch', 'spool'].flatMap((folder) =>
    namesIn(join(home, folder)).map((name) => ({ where: `a name in the ${folder} folder`, bytes: name })),
  );

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map(String);
  } catch {
    return []; // It goes while it is looked at.
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}

/** All workflows and schedules, as the server has them, and its database as a whole. */
export async function temporalTraces(): Promise<Trace[]> {
  const { home, addresses } = await fullStack();
  const { workflow, workflowService, schedule } = (await outsideClient()).reelay.temporal;
  const { namespace } = addresses.temporal;
  const traces: Trace[] = [];
  for await (const { workflowId, runId } of workflow.list()) {
    const handle = workflow.getHandle(workflowId, runId);
    const execution = { workflowId, runId };
    const described = await workflowService.describeWorkflowExecution({ namespace, execution });
    traces.push(
      { where: 'a history', bytes: History.encode(await handle.fetchHistory()).finish() },
      { where: 'a description of a workflow', bytes: DescribeWorkflowExecutionResponse.encode(described).finish() },
    );
  }
  for await (const { scheduleId } of schedule.list()) {
    const described = await workflowService.describeSchedule({ namespace, scheduleId });
    traces.push({ where: 'a schedule', bytes: DescribeScheduleResponse.encode(described).finish() });
  }
  const files = (await readdir(home)).filter((name) => name.startsWith('temporal.db'));
  for (const file of files) traces.push({ where: 'the database', bytes: await readFile(join(home, file)) });
  return traces;
}

export async function logTraces(): Promise<Trace[]> {
  const folder = join((await fullStack()).home, 'logs');
  const names = (await readdir(folder)).filter((name) => !FOREIGN_LOG.test(name));
  return Promise.all(
    names.map(async (name) => ({ where: `the log ${name}`, bytes: await readFile(join(folder, name)) })),
  );
}

/** Names, metadata and contents of all objects. */
export async function objectTraces(): Promise<Trace[]> {
  const traces: Trace[] = [];
  for (const key of await keysUnder('')) {
    const { body, metadata } = (PICTURE.test(key) ? undefined : await objectAt(key)) ?? {};
    traces.push({ where: `an object ${key}`, bytes: `${key} ${JSON.stringify(metadata)}` });
    if (body) traces.push({ where: `an object ${key}`, bytes: body });
  }
  return traces;
}

/** All records of all topics of the stack. */
export async function topicTraces(): Promise<Trace[]> {
  const brokers = (await fullStack()).addresses.events.url.replace('kafka://', '').split(',');
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const [admin, consumer] = [kafka.admin(), kafka.consumer({ groupId: `traces-${Date.now()}` })];
  await Promise.all([admin.connect(), consumer.connect()]);
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith('reelay'));
  const traces: Trace[] = [];
  try {
    const offsets = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
    const count = offsets.flat().reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic, message }) => {
        const headers = Object.values(message.headers ?? {}).map(String);
        traces.push({ where: `the topic ${topic}`, bytes: [message.key, message.value, ...headers].join('\n') });
      },
    });
    await eventually(() => traces.length >= count || undefined, { withinMs: 30_000, what: `${count} records` });
  } finally {
    await Promise.all([admin.disconnect(), consumer.disconnect()]);
  }
  return traces;
}
