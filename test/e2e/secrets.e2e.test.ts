import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { startStream as startByClient, stopStream } from '../../client/index.js';
import { closedPort } from '../adapters/silent-server.js';
import { openCamera } from '../adapters/sources/rtsp-server.js';
import { clip, clipFolder } from '../harness/clips.js';
import { eventually } from '../harness/eventually.js';
import { fullStack, REELAY, useFullStack } from '../harness/full-stack.js';
import { serve, serveHls } from '../harness/http-sources.js';
import { awaitFrames, endsWithScene } from '../harness/live-streams.js';
import { outsideClient } from '../harness/outside-client.js';
import { publish } from '../harness/publisher.js';
import { placesOf, secretName, secretWord, STACK_SECRETS, type Trace } from '../harness/secrets.js';
import { afterScene } from '../harness/stage.js';
import { logTraces, objectTraces, temporalTraces, topicTraces, watchHost } from '../harness/traces.js';
import { awaitTask, startTask } from '../harness/transcodes.js';

const GOOD = ['secret-rtmp', 'secret-flv', 'secret-hls', 'secret-camera'];
const WITHIN_MS = 420_000;
const SECRETS = {
  'the key of a stream over RTMP': secretName('rtmp'),
  'the signature of a stream over HTTP-FLV': secretWord('flv'),
  'the signature of a playlist': secretWord('hls'),
  'the password of a camera': secretName('camera'),
  'the key of a stream that fails': secretName('gone'),
  'the signature of a stream that fails': secretWord('missing'),
  'the signature of an input': secretWord('input'),
  'the signature of an input that is not there': secretWord('none'),
  'the token of a callback': secretWord('callback'),
  'the token of a callback that is refused': secretWord('refused'),
  'the key that payloads are encrypted with': STACK_SECRETS.payloadKey,
  'the token of the HTTP interface': STACK_SECRETS.apiToken,
  'the secret that callbacks are signed with': STACK_SECRETS.callbackSecret,
};
const signed = (url: string, secret: keyof typeof SECRETS): string =>
  `${url}?sign=${encodeURIComponent(SECRETS[secret])}`;

describe('what a stack is told in confidence', () => {
  useFullStack();

  const traces: Trace[] = [];
  before('run streams and tasks that know secrets, and fail with some', async function () {
    this.timeout(WITHIN_MS);
    const stopWatching = await watchHost();
    const camera = await openCamera(clipFolder(), { password: SECRETS['the password of a camera'] });
    afterScene(() => camera.close());
    const { url } = await publish(SECRETS['the key of a stream over RTMP']);
    const { flv } = await publish('secret-flv');
    const files = await serveFiles();
    await stream('secret-rtmp', url);
    await stream('secret-flv', signed(flv, 'the signature of a stream over HTTP-FLV'));
    await stream('secret-hls', signed(await serveHls(), 'the signature of a playlist'));
    await stream('secret-camera', camera.url);
    const port = await closedPort();
    await stream('secret-gone', `rtmp://127.0.0.1:${port}/live/${SECRETS['the key of a stream that fails']}`, 0);
    await stream('secret-missing', signed(`${files}/none.flv`, 'the signature of a stream that fails'), 0);
    await task('secret-task', {
      input: signed(`${files}/clip.flv`, 'the signature of an input'),
      callback: signed(`${files}/callback`, 'the token of a callback'),
    });
    await task('secret-lost', {
      input: signed(`${files}/none.flv`, 'the signature of an input that is not there'),
      callback: signed(`${files}/none`, 'the token of a callback that is refused'),
    });
    for (const id of GOOD) await awaitFrames(id, { count: 3, withinMs: 60_000 });
    traces.push(...(await temporalTraces()));
    const { reelay: connected } = await outsideClient();
    for (const streamId of GOOD) await stopStream(connected, { streamId });
    for (const id of ['secret-gone', 'secret-missing'])
      await eventually(() => isFailed(id), {
        withinMs: 120_000,
        what: `${id} has failed`,
      });
    await awaitTask('secret-task', ({ status }) => status === 'succeeded');
    await awaitTask('secret-lost', ({ status }) => status === 'failed');
    traces.push(...(await temporalTraces()), ...(await answers()), ...(await topicTraces()), ...(await objectTraces()));
    traces.push(...(await logTraces()), ...stopWatching());
  });

  const kinds = ['a history', 'a description of a workflow', 'the database'];
  for (const where of [...kinds, 'the topic reelay.frames', 'the topic reelay.streams', 'an answer of stream show'])
    it(`would be found in ${where}, as the id of a stream is`, () => {
      assert.ok(placesOf('secret-rtmp', traces).includes(where), placesOf('secret-rtmp', traces).join(', '));
    });

  for (const [where, text] of [
    ['a command line', 'level+verbose'],
    ['the log worker-capture.log', '"ready":true'],
  ] as const)
    it(`would be found in ${where}, as what is always there is`, () => {
      assert.ok(placesOf(text, traces).includes(where), placesOf(text, traces).join(', '));
    });

  for (const [what, secret] of Object.entries(SECRETS))
    it(`comes out nowhere: ${what}`, () => assert.deepEqual(placesOf(secret, traces), []));
});

async function stream(streamId: string, url: string, reconnectWindowMs = 60_000): Promise<void> {
  endsWithScene(streamId);
  const source = { url, reconnectWindowMs };
  await startByClient((await outsideClient()).reelay, { streamId, source, capture: { everyMs: 500 } });
}

async function isFailed(streamId: string): Promise<true | undefined> {
  const { temporal } = (await outsideClient()).reelay;
  return (
    (await temporal.workflow.getHandle(`stream:default/${streamId}`).describe()).status.name === 'FAILED' || undefined
  );
}

const task = (taskId: string, { input, callback }: { input: string; callback: string }) =>
  startTask({ taskId, input: { url: input }, profile: 'audio', callback: { url: callback, secret: 'e2e' } });

/** One input, and a callback that is taken; all else is not there. */
async function serveFiles(): Promise<string> {
  const bytes = await readFile(await clip({ seconds: 3 }));
  return serve(({ url = '' }, response) => {
    if (url.startsWith('/callback')) response.end();
    else if (url.startsWith('/clip.flv')) response.end(bytes);
    else response.writeHead(404).end();
  });
}

/** What the command line and the HTTP interface say to who asks. */
async function answers(): Promise<Trace[]> {
  const asked = [
    ['stream', 'list'],
    ...['secret-rtmp', 'secret-gone', 'secret-missing'].map((id) => ['stream', 'show', id]),
    ['verify', 'stream', 'secret-rtmp'],
    ['transcode', 'list'],
    ...['secret-task', 'secret-lost'].flatMap((id) => ['show', 'logs'].map((verb) => ['transcode', verb, id])),
    ['dead-letters', 'list'],
    ['doctor'],
  ];
  const { env, addresses } = await fullStack();
  const said: Trace[] = await Promise.all(
    asked.map(async (words) => {
      const command = [REELAY, ...words, '--json'];
      const { stdout, stderr } = await execa(process.execPath, command, { env, extendEnv: false, reject: false });
      return { where: `an answer of ${words.slice(0, 2).join(' ')}`, bytes: stdout + stderr };
    }),
  );
  for (const [path, body] of [
    ['/codec/decode', '{}'],
    ['/hooks/play', '{"request":1}'],
    ['/hooks/play', 'no JSON'],
  ] as const)
    for (const authorization of ['', `Bearer ${STACK_SECRETS.apiToken}`]) {
      const headers = { 'content-type': 'application/json', authorization };
      const answer = await fetch(`${addresses.http?.url}${path}`, { method: 'POST', headers, body });
      said.push({ where: `an answer to ${path}`, bytes: await answer.text() });
    }
  return said;
}
