import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createStages } from '../../../activities/transcode/stages.js';
import type { TranscodeHost } from '../../../activities/transcode/transcode-host.js';
import { REUSED, workOnPiece } from '../../../activities/transcode/work-piece.js';
import { parseTranscodeRequest } from '../../../contracts/transcode.js';

const settings = parseTranscodeRequest({ taskId: 'movie', input: { url: 's3://bucket/a.mov' }, profile: 'hls' });
const unit = { settings, unit: 'u', outputPrefix: 'out' };

/** A host whose input is fetched at once, and the stages that its pieces go through. */
function quickHost(): { host: TranscodeHost; told: string[] } {
  const told: string[] = [];
  const host = {
    name: 'a',
    stages: createStages({ encoders: 1, transfers: 1 }),
    store: { get: async () => ({ body: Buffer.from('{}') }), put: async () => 'written' },
    scratch: {
      reserve: async () => ({ release: () => undefined }),
      withFolder: (work: (folder: string) => Promise<unknown>) => work('/folder'),
    },
    inputs: {
      reserve: async () => ({
        async fetch({ onProgress }: { onProgress(part: number): void }) {
          onProgress(0.5);
          return '/input';
        },
        release: () => undefined,
      }),
    },
    onStage: ({ stage }: { stage: string }) => told.push(stage),
  };
  return { host: host as unknown as TranscodeHost, told };
}

describe('a piece of a transcode', () => {
  it('waits, and no longer fetches, once its input is there', async () => {
    const { host, told } = quickHost();
    const piece = () =>
      workOnPiece(host, { ...unit, piece: 'chunk 1', room: () => ({ bytes: 1, usesInput: true }) }, (work) =>
        work.withInput(async () => {
          work.at('encode');
          return REUSED;
        }),
      );
    await new MockActivityEnvironment().run(piece);
    assert.deepEqual(told, ['fetch', 'waiting', 'encode']);
  });
});
