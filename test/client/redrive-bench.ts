import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa, type Subprocess } from 'execa';
import { kafkaEventSink } from '../../adapters/event-log/kafka-sink.js';
import { kafkaEventSource } from '../../adapters/event-log/kafka-source.js';
import { s3ObjectStore } from '../../adapters/object-store/s3.js';
import { deadLetterEvent } from '../../contracts/dead-letter.js';
import { letterIdOf, type FrameLetter } from '../../contracts/frame-letter.js';
import { frameEventSchema, TOPICS, type FrameEvent } from '../../contracts/events.js';
import type { SessionRef } from '../../contracts/keys.js';
import { workerEnv } from '../../dev/worker-env.js';
import { frameAt, imageOf, T0 } from '../activities/capture/frames.js';
import type { CommandResult } from '../harness/commands.js';
import { kafkaServer, s3Server, temporalServer } from '../harness/servers.js';
import { reelayOf } from '../harness/reelay-of.js';

export type RedriveBench = Awaited<ReturnType<typeof openRedriveBench>>;

const REELAY = 'bin/reelay';

/** Real servers, workflow workers in processes of their own, and dead letters to send again. */
export async function openRedriveBench() {
  const [temporal, { brokers }, s3] = await Promise.all([temporalServer(), kafkaServer(), s3Server()]);
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = s3;
  const home = mkdtempSync(join(tmpdir(), 'reelay-redrive-'));
  const addresses = {
    temporal,
    events: { url: `kafka://${brokers.join(',')}` },
    rtmp: { url: '', flv: '' },
    store: { url: `s3://${bucket}`, endpoint, region, accessKeyId, secretAccessKey },
  };
  const env = { ...process.env, ...workerEnv(addresses, { home }), REELAY_HOME: home };
  const store = s3ObjectStore({ endpoint, region, bucket, credentials: { accessKeyId, secretAccessKey } });
  const [sink, source] = [kafkaEventSink({ brokers }), kafkaEventSource({ brokers })];
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const workers: Subprocess[] = [];
  const killWorkers = async (): Promise<void> => {
    for (const child of workers) child.kill('SIGKILL');
    await Promise.all(workers.splice(0));
  };

  return {
    client,
    store,
    sink,
    source,
    temporal: { ...temporal },
    reelay: reelayOf({ temporal: client, stores: [store], source }),
    killWorkers,
    /** A workflow worker, ready. */
    async worker(): Promise<void> {
      const child = execa(process.execPath, [REELAY, 'worker', '--roles', 'workflow'], {
        env,
        extendEnv: false,
        reject: false,
        stderr: 'ignore',
      });
      workers.push(child);
      // Its only line, once it polls.
      await once(child.stdout, 'data');
    },
    async command<Answer>(...args: string[]): Promise<Omit<CommandResult<Answer>, 'startedAtMs' | 'endedAtMs'>> {
      const run = await execa(process.execPath, [REELAY, ...args, '--json'], { env, extendEnv: false, reject: false });
      if (run.stdout === '') throw new Error(`reelay ${args.join(' ')} printed nothing, but said: ${run.stderr}`);
      return { exitCode: run.exitCode, answer: JSON.parse(run.stdout) as Answer };
    },
    /** The same for a person. */
    text: (...args: string[]) => execa(process.execPath, [REELAY, ...args], { env, extendEnv: false, reject: false }),
    async letters(count: number, change: Partial<FrameLetter> = {}): Promise<{ session: SessionRef; ids: string[] }> {
      const session = {
        tenant: 'acme',
        streamId: `cam-${randomUUID().slice(0, 8)}`,
        sessionId: '20261120T000000-abcdef',
      };
      const letters = Array.from({ length: count }, (_, slot) => letterAt(session, { slot, change }));
      await Promise.all(
        letters.map((letter) =>
          sink.publish(TOPICS.deadLetters, { key: session.streamId, event: deadLetterEvent(letter) }),
        ),
      );
      return { session, ids: letters.map(({ letterId }) => letterId) };
    },
    async frames({ streamId }: SessionRef): Promise<FrameEvent[]> {
      const frames: FrameEvent[] = [];
      for await (const { data } of source.read(TOPICS.frames, { key: streamId })) {
        const frame = frameEventSchema.parse(data);
        if (frame.streamId === streamId) frames.push(frame);
      }
      return frames;
    },
    async close(): Promise<void> {
      await killWorkers();
      await Promise.all([sink.close(), source.close(), store.close(), connection.close()]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function letterAt(session: SessionRef, { slot, change }: { slot: number; change: Partial<FrameLetter> }): FrameLetter {
  const image = Buffer.concat([imageOf(String(slot)), Buffer.alloc(20_000, slot)]);
  const frame = frameAt(T0 + slot * 1000, [image], session);
  return {
    letterId: letterIdOf(frame),
    kind: 'frame',
    disposition: 'exhausted',
    code: 'store-unreachable',
    message: 'the store does not answer',
    stage: 'store',
    attempts: 5,
    redrives: 0,
    host: 'a',
    frame,
    firstFailedAtMs: frame.slotMs + 500,
    lastFailedAtMs: frame.slotMs + 60_500,
    content: { at: 'letter', images: [image.toString('base64')] },
    ...change,
  };
}
