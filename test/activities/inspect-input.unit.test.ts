import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createInspectInput } from '../../activities/inspect-input.js';
import type { TranscodeHost } from '../../activities/transcode/transcode-host.js';
import type { TranscodePlan } from '../../contracts/plan.js';
import { BUILT_IN_PROFILES } from '../../contracts/profile.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import type { Inspection } from '../../contracts/transcode-work.js';

const settings = parseTranscodeRequest({ taskId: 't', input: { url: 's3://b/a.mov' }, profile: 'mp4-360p' });
const PLAN: TranscodePlan = {
  version: 1,
  unit: 'u1',
  input: { sizeBytes: 9, tag: 'e' },
  profile: BUILT_IN_PROFILES[0]!,
  decision: { kind: 'encode', reason: 'it is too large' },
  probe: { container: 'mov', durationMs: 1000, otherTracks: 0, isFaststart: true, warnings: [] },
  renditions: [],
  chunks: [],
  audio: 'none',
  warnings: [],
  isToneMapped: false,
};

/** A host whose store holds that plan for whatever unit it is asked for. */
function hostWith(plan: TranscodePlan) {
  const puts: { key: string; body: string }[] = [];
  const host = {
    name: 'here',
    store: {
      head: async () => undefined,
      get: async (key: string) =>
        key.endsWith('/plan.json') ? { body: Buffer.from(JSON.stringify(plan)) } : undefined,
      put: async (key: string, body: Buffer) => void puts.push({ key, body: body.toString() }),
      async *list() {},
      url: (key: string) => `s3://b/${key}`,
    },
    inputs: { acquire: async () => ({ path: '/none', version: plan.input, release: () => undefined }) },
    scratch: { folder: '/none', maxBytes: Infinity },
    onStage: () => undefined,
  };
  return { host: host as unknown as TranscodeHost, puts };
}

describe('an inspection of what was inspected before', () => {
  let inspection: Inspection;
  let plans: TranscodePlan[];
  before(async () => {
    const { host, puts } = hostWith(PLAN);
    const inspect = () => createInspectInput(host)({ settings, chunkMs: 60_000 });
    inspection = (await new MockActivityEnvironment().run(inspect)) as Inspection;
    plans = puts.filter(({ key }) => key.endsWith('/plan.json')).map(({ body }) => JSON.parse(body) as TranscodePlan);
  });

  it('follows the plan that is there', () => assert.equal(inspection.unit, 'u1'));

  it('puts that plan anew, so that no janitor takes its work for forgotten', () => {
    assert.equal(plans.length, 1);
    assert.deepEqual({ ...plans[0], origin: undefined }, { ...PLAN, origin: undefined });
  });

  it('says whose work it is by now', () => assert.equal(plans[0]?.origin?.outputPrefix, 'default/transcodes/t'));
});
