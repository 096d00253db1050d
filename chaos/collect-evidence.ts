import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { DEFAULT_TENANT } from '../contracts/ids.js';
import { ledgerPrefix, sessionLedgerKey, sessionPrefix, type SessionRef } from '../contracts/keys.js';
import type { LedgerPart, SessionLedger } from '../contracts/ledger.js';
import { BACKUP_BUCKET } from './chaos-stack.js';
import type { SessionEvidence } from './check-session.js';
import { runReelay } from './run-reelay.js';
import type { Scene, SceneStream, ChaosStage } from './stage.js';

type Found = Pick<SessionEvidence, 'ledger' | 'objects'>;

/** Reads the sessions of a stream and what is in its stores, with an ordinary client. */
export async function collectEvidence(
  { stack }: ChaosStage,
  { scene, streamId }: { scene: Scene; streamId: string },
): Promise<Found[]> {
  const { s3, bucket } = openBucket(stack);
  const stream = { tenant: DEFAULT_TENANT, streamId };
  try {
    const prefix = ledgerPrefix({ ...stream, sessionId: '' }).slice(0, -1);
    const keys = [...(await list(s3, { bucket, prefix })).keys()];
    const sessions = [...new Set(keys.map((url) => url.split(prefix)[1]?.split('/')[0] ?? ''))];
    return await Promise.all(
      sessions.map(async (sessionId) => {
        const session = { ...stream, sessionId };
        const read = async <Document>(Key: string): Promise<Document> => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
          return JSON.parse((await Body?.transformToString()) ?? '') as Document;
        };
        const ofSession = keys.flatMap((url) => url.split(`s3://${bucket}/`)[1] ?? []).filter(isOf(session));
        const ledger = ofSession.includes(sessionLedgerKey(session))
          ? await read<SessionLedger>(sessionLedgerKey(session))
          : unsealed(session, await Promise.all(ofSession.map((key) => read<LedgerPart>(key))));
        const frames = sessionPrefix(session);
        const [primary, backup, folder] = await Promise.all([
          list(s3, { bucket, prefix: frames }),
          list(s3, { bucket: BACKUP_BUCKET, prefix: frames }),
          listFolder(scene.backupEnv['REELAY_STORE_BACKUP']),
        ]);
        return { ledger, objects: new Map([...folder, ...backup, ...primary]) };
      }),
    );
  } finally {
    s3.destroy();
  }
}

/** The addresses of all objects of the first store below a prefix, sorted. */
export async function objectsBelow({ stack }: ChaosStage, prefix: string): Promise<string[]> {
  const { s3, bucket } = openBucket(stack);
  try {
    return [...(await list(s3, { bucket, prefix })).keys()].sort();
  } finally {
    s3.destroy();
  }
}

function openBucket({ addresses: { store } }: ChaosStage['stack']): { s3: S3Client; bucket: string } {
  const { endpoint = '', region = '', accessKeyId = '', secretAccessKey = '' } = store;
  const credentials = { accessKeyId, secretAccessKey };
  return {
    s3: new S3Client({ endpoint, region, credentials, forcePathStyle: true }),
    bucket: store.url.replace('s3://', ''),
  };
}

const isOf =
  (session: SessionRef) =>
  (key: string): boolean =>
    key.startsWith(ledgerPrefix(session));

/** The account of a stream that was terminated: what its segments have written, as far as it goes. */
function unsealed(session: SessionRef, parts: LedgerPart[]): SessionLedger {
  parts.sort((a, b) => a.epoch - b.epoch);
  const [startedAtMs, endedAtMs] = [parts[0]?.fromMs ?? 0, parts.at(-1)?.untilMs ?? 0];
  const counts = { due: 0, stored: 0, gaps: 0 }; // nobody has summed them up
  return { version: 1, ...session, startedAtMs, endedAtMs, reason: 'cancelled', parts, counts };
}

/** What `reelay verify` finds; undefined where all agrees. */
export async function productVerdict(
  stage: ChaosStage,
  { scene, stream }: { scene: Scene; stream: SceneStream },
): Promise<string | undefined> {
  const { namespace } = stream.reelay.temporal.options;
  const { exitCode, stdout } = await runReelay(stage, {
    scene,
    namespace,
    args: ['verify', 'stream', stream.streamId],
  });
  return exitCode === 0 ? undefined : `reelay verify exits with ${exitCode}: ${summary(stdout)}`;
}

function summary(stdout: string): string {
  try {
    const { differences = [], error } = JSON.parse(stdout) as { differences?: { kind: string }[]; error?: object };
    if (error) return JSON.stringify(error);
    const kinds: Record<string, number> = {};
    for (const { kind } of differences) kinds[kind] = (kinds[kind] ?? 0) + 1;
    return Object.entries(kinds)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ');
  } catch {
    return stdout.slice(0, 200);
  }
}

async function list(
  s3: S3Client,
  { bucket, prefix }: { bucket: string; prefix: string },
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key = '', Size = 0 } of Contents) sizes.set(`s3://${bucket}/${Key}`, Size);
  return sizes;
}

async function listFolder(url: string | undefined): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  if (!url?.startsWith('file:')) return sizes;
  const folder = fileURLToPath(url);
  const names = await readdir(folder, { recursive: true }).catch(() => []); // nothing was stored there
  for (const name of names) {
    const path = join(folder, name);
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
    if (isFile) sizes.set(pathToFileURL(path).href, size);
  }
  return sizes;
}
