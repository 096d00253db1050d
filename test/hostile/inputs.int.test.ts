import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createInspectInput } from '../../activities/inspect-input.js';
import { createInputCache } from '../../activities/transcode/input-cache.js';
import { openScratch, type Scratch } from '../../activities/transcode/scratch.js';
import { createStages } from '../../activities/transcode/stages.js';
import type { TranscodeHost } from '../../activities/transcode/transcode-host.js';
import { openMediaInputs } from '../../adapters/inputs/open-media-inputs.js';
import type { MediaInputs } from '../../adapters/inputs/media-inputs.js';
import { fileLargeObjects } from '../../adapters/large-objects/file.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { problemOf, type ErrorCode } from '../../contracts/errors.js';
import { parseTranscodeRequest } from '../../contracts/transcode.js';
import type { Inspection } from '../../contracts/transcode-work.js';
import { PROBE_LIMITS } from '../../media/transcode/probe-media.js';
import { FFMPEG, useClips } from '../media/clips.js';
import { FFPROBE } from '../media/transcode/conversion.js';
import { FILES } from './file-rows.js';
import { useHostileServer } from './hostile-server.js';
import { ANSWERS, LISTINGS } from './input-rows.js';
import { useCanary, useMemoryCheck, withinLimits } from './limits.js';

const QUIET = new DefaultLogger('ERROR', () => undefined);
const MAX_BYTES = 2 ** 30;

describe('a hostile input', () => {
  const clips = useClips();
  const canary = useCanary();
  const server = useHostileServer(canary);
  useMemoryCheck();
  let scratch: Scratch;
  let inputs: MediaInputs;
  let host: TranscodeHost;

  before(async () => {
    const folder = (name: string): string => join(clips.folder, name);
    inputs = openMediaInputs({
      s3: {},
      allowNetworks: ['127.0.0.1/32'],
      allowFolders: [clips.folder],
      maxBytes: MAX_BYTES,
    });
    scratch = await openScratch({ folder: folder('scratch'), maxBytes: 4 * MAX_BYTES });
    host = {
      name: 'a',
      ffmpeg: FFMPEG,
      ffprobe: FFPROBE,
      canToneMap: false,
      threads: 1,
      limits: PROBE_LIMITS,
      store: fileObjectStore({ folder: folder('store') }),
      large: fileLargeObjects({ folder: folder('store') }),
      inputs: createInputCache({ scratch, inputs, maxBytes: MAX_BYTES }),
      scratch,
      stages: createStages({ encoders: 1, transfers: 1 }),
      onStage: () => undefined,
    };
  });
  after(async () => {
    await scratch.close();
    await inputs.close();
  });

  /** As a task has it, but asked for once: a worker asks a server again that is not reached. */
  async function fetched(url: string): Promise<number> {
    const version = await inputs.inspect(url, {});
    const input = await host.inputs.acquire({ url, version }, { signal: new AbortController().signal });
    input.release();
    return version.sizeBytes;
  }

  function inspected(url: string, playlists?: boolean): Promise<Inspection> {
    const input = { url, ...(playlists === undefined ? {} : { playlists }) };
    const settings = parseTranscodeRequest({ taskId: 'movie', input, profile: 'hls' });
    const run = () => createInspectInput(host)({ settings, chunkMs: 10_000 });
    return new MockActivityEnvironment({}, { logger: QUIET }).run(run) as Promise<Inspection>;
  }

  async function failing(work: () => Promise<unknown>): Promise<ErrorCode | undefined> {
    try {
      await withinLimits(work);
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      if (!problem) throw error;
      return problem.code;
    }
  }

  for (const { name, answer, code } of ANSWERS)
    it(`is answered with ${name}: ${code}`, async () => {
      server.answer(answer);
      assert.equal(await failing(() => fetched(`http://${server.address()}/film.mp4`)), code);
    });

  for (const { name, answer, code } of LISTINGS)
    it(`is a playlist of ${name}: ${code}`, async () => {
      server.answer(answer);
      assert.equal(await failing(() => fetched(`http://${server.address()}/film.m3u8`)), code);
    });

  for (const [index, { name, bytes, code }] of FILES.entries())
    it(`is ${name}: ${code ?? 'taken'}`, async () => {
      const file = clips.path(`${index}.mp4`);
      await writeFile(file, bytes(canary()));
      assert.equal(await failing(() => inspected(pathToFileURL(file).href, false)), code);
    });

  it('does not keep an ordinary one from being taken', async () => {
    const url = await clips.make('film.mp4', { seconds: 1 });
    assert.equal((await inspected(url)).decision.kind, 'repackage');
    const segment = await readFile(clips.path('film.mp4'));
    server.answer((socket) => {
      socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${segment.length}\r\n\r\n`), segment]));
    });
    assert.equal(await fetched(`http://${server.address()}/film.mp4`), segment.length);
  });
});
