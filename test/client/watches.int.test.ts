import assert from 'node:assert/strict';
import { createTriggerActivities } from '../../activities/index.js';
import { awaitTranscode } from '../../client/transcodes/describe-transcode.js';
import { listTranscodes } from '../../client/transcodes/list-transcodes.js';
import { addWatch, listWatches, removeWatch } from '../../client/watches.js';
import { problemOf } from '../../contracts/errors.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { eventually } from '../harness/eventually.js';
import { openTranscodeBench, type TranscodeBench } from './transcode-bench.js';

const START_WITHIN_MS = 900_000;
const WITHIN = { withinMs: 20_000, everyMs: 200 };

describe('a watched prefix', () => {
  const folder = useTempFolder();
  let bench: TranscodeBench;
  let tenant: string;
  beforeEach(async function () {
    this.timeout(START_WITHIN_MS);
    bench = await openTranscodeBench(folder(), ({ store, client }) => createTriggerActivities({ store, client }));
    tenant = `w${Date.now()}`;
  });
  afterEach(() => bench.close());

  const put = (key: string, body = 'x') => bench.store.put(key, Buffer.from(body), { contentType: 'video/mp4' });
  const tasks = async (count: number) =>
    eventually(
      async () => {
        const found = (await listTranscodes(bench.reelay, { tenant, states: ['succeeded'] })).tasks;
        return found.length >= count ? found : undefined;
      },
      { ...WITHIN, what: `${count} tasks` },
    );

  it('has a task for each object that has none, and for one that changed, and none twice', async () => {
    await Promise.all([put('in/a.mp4'), put('in/my film.mp4'), put('in/notes.txt'), put('out/b.mp4')]);
    const watch = { name: tenant, prefix: 'in/', suffixes: ['.mp4'], profile: 'audio', tenant, everyMs: 10_000 };
    await addWatch(bench.reelay, watch);
    const first = await tasks(2);
    assert.equal(first.length, 2);
    await put('in/a.mp4', 'another');
    await addWatch(bench.reelay, { ...watch, priority: 60, everyMs: 20_000 });
    assert.equal((await tasks(3)).length, 3);
    for (const { taskId } of first) await awaitTranscode(bench.reelay, { taskId, tenant });
    const listed = (await listWatches(bench.reelay)).filter(({ name }) => name === tenant);
    assert.deepEqual(
      listed.map(({ everyMs, trigger }) => [everyMs, trigger.prefix, trigger.priority]),
      [[20_000, 'in/', 60]],
    );
    await removeWatch(bench.reelay, { name: tenant });
    await assert.rejects(
      removeWatch(bench.reelay, { name: tenant }),
      (error) => problemOf(error)?.code === 'task-not-found',
    );
  });
});
