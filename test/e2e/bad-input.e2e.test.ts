import assert from 'node:assert/strict';
import { problemOf, startStream as startByClient, type ErrorCode, type StreamRequest } from '../../client/index.js';
import { reelay } from '../harness/commands.js';
import { expectNoSlotMissing } from '../harness/frame-checks.js';
import { useFullStack } from '../harness/full-stack.js';
import { awaitFrames, expectNoGap, framesOf, startStream, type StartAnswer } from '../harness/live-streams.js';
import { outsideClient } from '../harness/outside-client.js';
import { publish } from '../harness/publisher.js';

const URL = 'rtmp://127.0.0.1:1/live/x';
const USAGE = 2;
const CONFLICT = 4;

/** What is told, the arguments of `stream start`, and the code; all without a look at the source. */
const REFUSED: [what: string, url: string, args: string[], code: ErrorCode][] = [
  ['an unknown scheme', 'gopher://127.0.0.1/x', [], 'source-scheme-unsupported'],
  ['a URL without a host', 'rtmp:///live/x', [], 'source-url-invalid'],
  ['what is no URL', 'cam1', [], 'source-url-invalid'],
  ['an interval of 0ms', URL, ['--every', '0ms'], 'interval-out-of-range'],
  ['an interval of 99ms', URL, ['--every', '99ms'], 'interval-out-of-range'],
  ['an interval of 2h', URL, ['--every', '2h'], 'interval-out-of-range'],
  ['a size of 0x0', URL, ['--size', '0x0'], 'size-out-of-range'],
  ['a size of 100000x100000', URL, ['--size', '100000x100000'], 'size-out-of-range'],
  ['an id with slashes', URL, ['--id', '../a/b'], 'stream-id-invalid'],
  ['an id with control characters', URL, ['--id', 'a\u0007\n\u001b[2Jb'], 'stream-id-invalid'],
];

describe('bad input', () => {
  useFullStack();

  let witnessUrl: string;
  before('capture a stream that none of it may harm', async () => {
    ({ url: witnessUrl } = await publish('witness'));
    await startStream(witnessUrl, { id: 'witness', args: ['--every', '250ms'] });
    await awaitFrames('witness', { count: 2 });
  });

  for (const [what, url, args, code] of REFUSED) {
    it(`${what} is ${code} on the command line, and exits ${USAGE}`, async () => {
      const given = ['--id', 'bad', '--every', '1s', ...args];
      const { exitCode, answer } = await reelay<StartAnswer>('stream', 'start', url, ...given);
      assert.deepEqual(answer.error?.code, code);
      assert.deepEqual(exitCode, USAGE);
    });
  }

  for (const [what, url, args, code] of REFUSED) {
    it(`${what} is ${code} to the client`, async () => {
      const { reelay } = await outsideClient();
      const failure = await startByClient(reelay, requestOf(url, args)).catch((error: unknown) => error);
      assert.equal(problemOf(failure)?.code, code);
    });
  }

  it('a second start attaches with the same settings and conflicts with others', async () => {
    const same = await startStream(witnessUrl, { id: 'witness', args: ['--every', '250ms'] });
    assert.equal(same.exitCode, 0);
    assert.equal(same.answer.isNew, false);
    const other = await startStream(witnessUrl, { id: 'witness', args: ['--every', '1s'] });
    assert.deepEqual(other.exitCode, CONFLICT);
    assert.equal(other.answer.error?.code, 'stream-conflict');
    const { sessionId } = (await framesOf('witness'))[0]!.data;
    assert.equal(same.answer.sessionId, sessionId);
  });

  it('costs another stream no slot', async () => {
    const count = (await framesOf('witness')).length;
    const frames = await awaitFrames('witness', { count: count + 2 });
    expectNoSlotMissing(frames.map(({ data }) => data));
    await reelay('stream', 'stop', 'witness');
    await expectNoGap('witness');
  });
});

function requestOf(url: string, args: string[]): StreamRequest {
  const [option, value = ''] = args;
  const [width, height] = value.split('x').map(Number);
  const INTERVALS: Record<string, number> = { '0ms': 0, '99ms': 99, '2h': 7_200_000 };
  return {
    streamId: option === '--id' ? value : 'bad',
    source: { url },
    capture: {
      everyMs: option === '--every' ? INTERVALS[value]! : 1000,
      ...(option === '--size' ? { sizes: [{ width: width!, height: height! }] } : {}),
    },
  };
}
