import { defined } from '../contracts/defined.js';
import { fault } from '../contracts/errors.js';
import { outputPrefixOf } from '../contracts/output-prefix.js';
import { withParameters, parseProfileRef } from '../contracts/profile.js';
import { readProfile } from '../records/read-profile.js';
import type { TranscodePlan } from '../contracts/plan.js';
import { manifestOfWork, readManifest } from '../records/read-manifest.js';
import type { InspectInput, Inspection } from '../contracts/transcode-work.js';
import { planTranscode } from '../media/transcode/plan-transcode.js';
import { probeMedia } from '../media/transcode/probe-media.js';
import { scratchNeed } from './transcode/room-for.js';
import { runPiece, type PieceRun } from './transcode/run-piece.js';
import { donePieces, renewPlan, storedPlan, storePlan } from '../records/stored-plan.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { unitOf } from './transcode/unit-of.js';

/** Fetches the input to this host, looks at its packets, and says what is to be made of it and what is there already. */
export const createInspectInput = (host: TranscodeHost) =>
  async function inspectInput(input: InspectInput): Promise<Inspection> {
    const { settings } = input;
    const outputPrefix = outputPrefixOf(settings, host.store);
    return runPiece(host, { task: settings, piece: 'inspect' }, async (run) => {
      const plan = await makePlan(host, { ...input, run, outputPrefix });
      const done = await donePieces(host.store, { task: settings, plan });
      const published = await manifestOfWork(await readManifest(host.store, outputPrefix), {
        settings,
        unit: plan.unit,
      });
      if (!published) assertFits(host.scratch, scratchNeed(plan, settings));
      const { unit, decision, profile, probe, renditions, chunks, audio, warnings } = plan;
      return {
        unit,
        outputPrefix,
        decision,
        audio,
        warnings,
        durationMs: probe.durationMs,
        profile: { name: profile.name, version: profile.version },
        renditions: renditions.map(({ name }) => name),
        chunks: chunks.length,
        chunksDone: done.chunks,
        isAudioDone: done.isAudioDone,
        isLadder: profile.package === 'hls',
        hasThumbnails: profile.thumbnails !== undefined && probe.video !== undefined,
        ...defined({ published }),
      };
    });
  };

/** Known before anything is encoded; another worker may have a larger scratch folder. */
function assertFits({ folder, maxBytes }: TranscodeHost['scratch'], needBytes: number): void {
  if (needBytes <= maxBytes) return;
  throw fault(
    'scratch-full',
    `a piece of this task takes ${Math.ceil(needBytes)} bytes of scratch folder ${folder} at once: at most ${maxBytes} are allowed by REELAY_SCRATCH_MAX_BYTES`,
  );
}

async function makePlan(
  { store, inputs, limits, canToneMap, ...programs }: TranscodeHost,
  { settings, chunkMs, run, outputPrefix }: InspectInput & { run: PieceRun; outputPrefix: string },
): Promise<TranscodePlan> {
  const { remux, parameters, minSsim } = settings;
  const { signal, namespace, runId } = run;
  const origin = { namespace, outputPrefix };
  const profile = withParameters(await readProfile(store, parseProfileRef(settings.profile)), parameters);
  const onProgress = (part: number): void => {
    run.at('fetch', part);
  };
  const input = await inputs.acquire({ ...settings.input, runId }, { signal, onProgress });
  try {
    const unit = unitOf({ ...input, url: settings.input.url, runId }, { profile, remux, chunkMs, minSsim });
    const stored = await storedPlan(store, { task: settings, unit });
    if (stored) return await renewPlan(store, { task: settings, plan: { ...stored, origin } });
    run.at('verify');
    const probed = await probeMedia({ ...programs, file: input.path, limits, signal });
    const plan = planTranscode({ ...probed, profile, remux, chunkMs, canToneMap });
    return await storePlan(store, {
      task: settings,
      plan: { version: 1, unit, input: input.version, ...plan, origin },
    });
  } finally {
    input.release();
  }
}
