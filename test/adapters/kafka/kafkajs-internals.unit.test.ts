import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { calmRequestQueues, installedVersion, TESTED_VERSION } from '../../../adapters/kafka/kafkajs-internals.js';

interface RequestQueue {
  pending: unknown[];
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
}

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as new (
  options: object,
) => RequestQueue;

describe('what lies behind the public face of kafkajs', () => {
  it('is of the version that it was written for', async () => {
    const root = new URL('../../../../package.json', import.meta.url);
    const { dependencies } = JSON.parse(await readFile(root, 'utf8')) as { dependencies: Record<string, string> };
    assert.equal(installedVersion(), TESTED_VERSION);
    assert.equal(dependencies['kafkajs'], TESTED_VERSION, 'pinned exactly');
  });

  it('arms a timer for a request that waits, and none for an idle connection', () => {
    calmRequestQueues();
    const queue = new RequestQueue({ logger: { debug: () => undefined } });
    try {
      queue.scheduleCheckPendingRequests();
      assert.equal(queue.throttleCheckTimeoutId, null);
      queue.pending.push({});
      queue.scheduleCheckPendingRequests();
      assert.notEqual(queue.throttleCheckTimeoutId, null);
    } finally {
      queue.destroy();
    }
  });
});
