import { checkSession } from './check-session.js';
import { collectEvidence, productVerdict } from './collect-evidence.js';
import type { StreamEnd } from './end-streams.js';
import type { StreamOutcome } from './row-result.js';
import type { Scene, ChaosStage } from './stage.js';

const READ_WITHIN_MS = 60_000;

export interface SceneInspection {
  outcomes: StreamOutcome[];
  faults: string[];
}

/** Checks every session of every stream from outside, and asks the product for its own verdict. */
export async function inspectStreams(
  stage: ChaosStage,
  { scene, ends }: { scene: Scene; ends: readonly StreamEnd[] },
): Promise<SceneInspection> {
  await stage.reader.catchUp(READ_WITHIN_MS);
  const found: SceneInspection = { outcomes: [], faults: [] };
  const checked = new Set<string>();
  for (const { stopAskedAtMs, ...stream } of ends) {
    const { streamId } = stream;
    try {
      // One that is in two namespaces has its sessions side by side.
      if (!checked.has(streamId))
        found.outcomes.push(...(await checkStream(stage, { scene, streamId, stopAskedAtMs })));
      checked.add(streamId);
    } catch (error) {
      found.faults.push(`${streamId} cannot be checked: ${(error as Error).name}: ${(error as Error).message}`);
    }
    const verdict = await productVerdict(stage, { scene, stream });
    if (verdict) found.faults.push(`${streamId}: ${verdict}`);
  }
  return found;
}

async function checkStream(
  stage: ChaosStage,
  { scene, streamId, stopAskedAtMs }: Pick<StreamEnd, 'streamId' | 'stopAskedAtMs'> & { scene: Scene },
): Promise<StreamOutcome[]> {
  const sessions = await collectEvidence(stage, { scene, streamId });
  if (sessions.length === 0) throw new Error('it has no session');
  const events = stage.reader.of(streamId);
  const [last] = sessions.map(({ ledger }) => ledger).sort((a, b) => b.startedAtMs - a.startedAtMs);
  return sessions.map(({ ledger, objects }) => ({
    streamId,
    check: checkSession({
      ledger,
      objects,
      events,
      storeUrl: stage.stack.addresses.store.url,
      ...(ledger === last && ledger.reason === 'stopped' ? { stoppedAtMs: stopAskedAtMs } : {}),
    }),
  }));
}
