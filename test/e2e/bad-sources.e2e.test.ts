import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { problemOf, type ErrorCode } from '../../client/index.js';
import { closedPort } from '../adapters/silent-server.js';
import { clip } from '../harness/clips.js';
import { reelay, type CommandResult } from '../harness/commands.js';
import { withoutPictures, withVideoCodec } from '../harness/flv.js';
import { expectNoSlotMissing } from '../harness/frame-checks.js';
import { useFullStack } from '../harness/full-stack.js';
import { serve, serveNothing, serveSlowly } from '../harness/http-sources.js';
import {
  awaitFrames,
  expectNoGap,
  framesOf,
  showStream,
  startStream,
  type StartAnswer,
} from '../harness/live-streams.js';
import { outsideClient } from '../harness/outside-client.js';
import { publish } from '../harness/publisher.js';

interface BadSource {
  what: string;
  code: ErrorCode;
  /** Whether Reelay tries again inside the reconnect window. */
  isRetried: boolean;
  open: () => Promise<string>;
}

const UNKNOWN_CODEC = 14;

const BAD: Record<string, BadSource> = {
  refused: {
    what: 'a port that nobody listens on',
    code: 'source-unreachable',
    isRetried: true,
    open: async () => `rtmp://127.0.0.1:${await closedPort()}/live/x`,
  },
  missing: {
    what: 'an address that answers 404',
    code: 'source-not-found',
    isRetried: true,
    open: async () => `${await serve((_, response) => void response.writeHead(404).end('no such stream'))}/x.flv`,
  },
  page: {
    what: 'an HTML page',
    code: 'source-not-media',
    isRetried: false,
    open: async () => `${await serve((_, response) => void response.end(PAGE))}/watch`,
  },
  audio: {
    what: 'audio alone',
    code: 'source-no-video',
    isRetried: true,
    open: async () => (await publish('audio', { video: false })).url,
  },
  codec: {
    what: 'a video codec that ffmpeg does not know',
    code: 'source-codec-unsupported',
    isRetried: false,
    open: async () => `${await serveSlowly(withVideoCodec(await readFile(await clip()), UNKNOWN_CODEC))}/x.flv`,
  },
  silent: {
    what: 'a stream that announces video and sends no picture',
    code: 'source-silent',
    isRetried: true,
    open: async () => `${await serveSlowly(withoutPictures(await readFile(await clip())))}/x.flv`,
  },
  mute: {
    what: 'a server that never answers',
    code: 'source-unreachable',
    isRetried: true,
    open: async () => `rtmp://${await serveNothing()}/live/x`,
  },
};

const PAGE = `<!doctype html><title>Watch</title>${'<p>A page about a stream, and no stream.</p>'.repeat(200)}`;
const OPTIONS = ['--every', '1s', '--stall', '2s', '--reconnect-window', '3s'];

describe('a source that cannot be captured', () => {
  useFullStack();

  const started = new Map<string, Promise<CommandResult<StartAnswer>>>();

  before('start one stream from each, and one that they may not harm', async () => {
    const { url } = await publish('bystander');
    await startStream(url, { id: 'bystander', args: ['--every', '500ms'] });
    const urls = await Promise.all(Object.entries(BAD).map(async ([id, { open }]) => [id, await open()] as const));
    for (const [id, source] of urls) started.set(id, startStream(source, { id: `bad-${id}`, args: OPTIONS }));
    await Promise.all(started.values());
  });

  for (const [id, { what, code, isRetried }] of Object.entries(BAD)) {
    it(`${what} is ${code}${isRetried ? ', shown while it waits,' : ''} and fails the workflow`, async () => {
      const { answer, exitCode } = (await started.get(id))!;

      assert.deepEqual(answer.problem?.code ?? answer.error?.code, code);
      assert.deepEqual(exitCode, isRetried ? 0 : 1);
      const { reelay } = await outsideClient();
      const failure = await reelay.temporal.workflow
        .getHandle(`stream:default/bad-${id}`)
        .result()
        .catch((error: unknown) => error);
      assert.equal(problemOf((failure as Error).cause)?.code, code);
      const { status, problem } = await showStream(`bad-${id}`);
      assert.equal(status, 'FAILED');
      assert.deepEqual(problem?.code, code);
      assert.ok(problem?.command?.startsWith('ffmpeg '), 'it can be reproduced by hand');
    });
  }

  it('costs another stream no slot', async () => {
    const count = (await framesOf('bystander')).length;
    const frames = await awaitFrames('bystander', { count: count + 2 });
    expectNoSlotMissing(frames.map(({ data }) => data));
    await reelay('stream', 'stop', 'bystander');
    await expectNoGap('bystander');
  });
});
