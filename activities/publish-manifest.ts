import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { taskRefOf } from '../contracts/ids.js';
import { manifestKey } from '../contracts/keys.js';
import type { TranscodeManifest } from '../contracts/manifest.js';
import { manifestOfWork, readManifest } from '../records/read-manifest.js';
import { redact } from '../contracts/redact.js';
import { requestHash } from '../contracts/request-hash.js';
import type { PublishInput } from '../contracts/transcode-work.js';
import { planOf } from '../records/stored-plan.js';

/** Says that a task is done: last of all, and once for the same work. */
export const createPublishManifest = ({ store }: { store: ObjectStore }) =>
  async function publishManifest({ settings, unit, outputPrefix, ...made }: PublishInput): Promise<TranscodeManifest> {
    const { tenant, taskId, labels } = settings;
    const key = manifestKey(outputPrefix);
    const requestSha256 = await requestHash(settings);
    const there = await manifestOfWork(await readManifest(store, outputPrefix), { settings, unit });
    if (there) return there;
    const { profile, decision, probe, input } = await planOf(store, { task: taskRefOf(settings), unit });
    const { container, durationMs, video, audio } = probe;
    const manifest: TranscodeManifest = {
      version: 1,
      tenant,
      taskId,
      requestSha256,
      unit,
      decision,
      labels,
      ...made,
      publishedAtMs: Date.now(),
      profile: { name: profile.name, version: profile.version },
      input: {
        url: redact(settings.input.url),
        ...input,
        container,
        durationMs,
        ...(video ? { video: pick(video, ['codec', 'width', 'height', 'frames']) } : {}),
        ...(audio ? { audio: pick(audio, ['codec', 'channels', 'sampleRate']) } : {}),
      },
    };
    await store.put(key, Buffer.from(JSON.stringify(manifest, undefined, 2)), { contentType: 'application/json' });
    return manifest;
  };

function pick<Whole extends object, Key extends keyof Whole>(whole: Whole, keys: readonly Key[]): Pick<Whole, Key> {
  return Object.fromEntries(keys.map((key) => [key, whole[key]])) as Pick<Whole, Key>;
}
