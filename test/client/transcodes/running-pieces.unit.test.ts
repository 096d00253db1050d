import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  encodeErrorToFailure,
  encodeToPayloads,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { runningPieces, type RunningPiece } from '../../../client/transcodes/running-pieces.js';
import { fault } from '../../../contracts/errors.js';
import { dataConverter } from '../../../runtime/payload-codec.js';

const BEAT = { piece: '720p chunk 3', stage: 'encode', percent: 40, host: 'one', speed: 2 };

for (const [what, keys] of [
  ['in clear', { payloadKeys: {} }],
  ['encrypted', { payloadKeys: { a: randomBytes(32) }, payloadKey: 'a' }],
] as const) {
  describe(`a piece of a task whose payloads are ${what}`, () => {
    let piece: RunningPiece | undefined;
    before(async () => {
      const converter = loadDataConverter(dataConverter(keys));
      const activity = {
        activityType: { name: 'encodeChunk' },
        attempt: 2,
        heartbeatDetails: { payloads: await encodeToPayloads(converter, BEAT) },
        lastFailure: await encodeErrorToFailure(converter, fault('encode-failed', 'it has left')),
      };
      const raw = { pendingActivities: [activity] } as unknown as WorkflowExecutionDescription['raw'];
      [piece] = await runningPieces({ raw }, converter);
    });

    for (const field of ['piece', 'stage', 'percent', 'host', 'speed'] as const)
      it(`has the ${field} of its last heartbeat`, () => assert.equal(piece?.[field], BEAT[field]));

    it('has the code of its last failure', () => assert.equal(piece?.lastFailure?.code, 'encode-failed'));

    it('has the message of its last failure', () => assert.equal(piece?.lastFailure?.message, 'it has left'));
  });
}
