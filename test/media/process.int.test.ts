import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identifyProcess } from '../../dev/process-identity.js';
import { readFfmpeg, startFfmpeg, type FfmpegProcess } from '../../media/process.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { failingWith } from '../port-suites/failing-with.js';
import { FFMPEG } from './clips.js';

const FAKE = fileURLToPath(new URL('./fixtures/fake-ffmpeg.js', import.meta.url));
/** The ladder kills after 1.2 s; the rest is head-room for a busy machine. */
const STOPS_WITHIN_MS = 2000;

describe('an ffmpeg process', () => {
  before(() => {
    chmodSync(FAKE, 0o755);
  });

  const start = (args: string[], outputCount = 1): FfmpegProcess => startFfmpeg({ ffmpeg: FAKE, args, outputCount });
  const ready = (process: FfmpegProcess) => once(process.outputs[0]!, 'data');
  async function timeOf(stopping: Promise<unknown>): Promise<number> {
    const startedMs = performance.now();
    await stopping;
    return performance.now() - startedMs;
  }

  it('that ignores being asked is killed in under two seconds, and is gone', async () => {
    const process = start(['deaf']);
    await ready(process);
    const identity = identifyProcess(process.pid!);
    assert.ok(identity);
    const tookMs = await timeOf(process.stop());
    assert.ok(tookMs > 1000 && tookMs < STOPS_WITHIN_MS, `${tookMs} ms`);
    assert.equal((await process.exited).exitCode, undefined);
    assert.equal(identifyProcess(process.pid!), undefined);
  });

  it('that obeys the second request is not killed', async () => {
    const process = start(['obeys-twice']);
    await ready(process);
    const tookMs = await timeOf(process.stop());
    assert.ok(tookMs > 400 && tookMs < 1200, `${tookMs} ms`);
    assert.equal((await process.exited).exitCode, 0);
  });

  it('is no part of the group of its worker, which may be told to stop as a whole', async () => {
    const process = start(['deaf']);
    await ready(process);
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)]);
    assert.equal(Number(group), process.pid);
    await process.stop();
  });

  it('can be stopped twice, and after its end', async () => {
    const process = start(['deaf']);
    await ready(process);
    assert.deepEqual(await Promise.all([process.stop(), process.stop()]), [await process.exited, await process.exited]);
    assert.ok((await timeOf(process.stop())) < 100);
  });

  it('that fails tells its exit code, and neither its words nor its command hold a secret', async () => {
    const process = start(['fails', 'rtmp://ann:hunter2@host/live/stream-key-9f']);
    const exit = await process.exited;
    assert.equal(exit.exitCode, 1);
    assert.match(exit.tail[0] ?? '', /Connection refused/);
    assert.match(exit.command, /fails rtmp:/);
    assert.doesNotMatch(JSON.stringify(exit), /hunter2|stream-key/);
  });

  it('that babbles is heard to its last line, of which twenty that matter are kept', async () => {
    for (let run = 0; run < 5; run++) {
      const process = start(['babbles']);
      process.outputs[0]?.resume();
      const { tail, exitCode } = await process.exited;
      assert.equal(exitCode, 3);
      assert.equal(tail.length, 20);
      assert.equal(tail.at(-1), '[error] last words without an end of line');
      assert.equal(tail.at(-2), '[warning] line 500');
      assert.equal(tail[0], '[warning] line 482');
    }
  });

  it('hands its lines on as they come', async () => {
    const lines: string[] = [];
    const process = startFfmpeg({
      ffmpeg: FAKE,
      args: ['babbles'],
      outputCount: 1,
      onLine: (line) => lines.push(line),
    });
    process.outputs[0]?.resume();
    await process.exited;
    assert.equal(lines.length, 1002);
  });

  it('that no longer reads its input does no harm to who writes to it', async () => {
    const process = start(['closes-its-input']);
    await ready(process);
    const writing = setInterval(() => process.stdin.write('c'.repeat(10_000)), 10);
    assert.equal((await process.exited).exitCode, 0);
    process.stdin.write('more');
    clearInterval(writing);
  });

  it('gets its arguments as they are, without a shell', async () => {
    const args = ['a b', "it's", '$(id)', '; rm -rf x', '*', '"', '-y', ''];
    const process = start(args);
    assert.deepEqual(JSON.parse(await text(process.outputs[0]!)), args);
  });

  it('knows where programs are, and nothing else of what the worker knows', async () => {
    process.env['KAFKA_SASL_PASSWORD'] = 'hunter2';
    try {
      const { outputs } = start(['environment']);
      assert.deepEqual(JSON.parse(await text(outputs[0]!)), { PATH: process.env['PATH'] });
    } finally {
      delete process.env['KAFKA_SASL_PASSWORD'];
    }
  });

  it('has as many outputs as asked', async () => {
    const process = start(['echo'], 3);
    assert.equal(process.outputs.length, 3);
    process.outputs[0]?.resume();
    await process.exited;
  });

  it('that does not exist ends, with its name', async () => {
    const { exitCode, tail } = await startFfmpeg({ ffmpeg: '/no/such/ffmpeg', args: [], outputCount: 2 }).exited;
    assert.notEqual(exitCode, 0);
    assert.match(tail.join('\n'), /\/no\/such\/ffmpeg/);
  });
});

describe('the command line of a process', () => {
  const folder = useTempFolder();

  it('does by hand what the process did', async () => {
    const echo = join(folder(), 'an echo');
    symlinkSync(FAKE, echo);
    const args = ['a b', "it's", '$(id)', '; true', '*', '"', '-y', '\\'];
    const process = startFfmpeg({ ffmpeg: echo, args, outputCount: 1 });
    process.outputs[0]?.resume();
    const { command } = await process.exited;
    assert.deepEqual(JSON.parse(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' })), args);
    rmSync(echo);
  });
});

describe('what ffmpeg prints', () => {
  it('is read', async () => assert.match(await readFfmpeg(FFMPEG, ['-version']), /^ffmpeg version/));

  it('fails with ffmpeg-missing where there is none, or none that works', async () => {
    await assert.rejects(readFfmpeg('/no/such/ffmpeg', ['-version']), failingWith('ffmpeg-missing'));
    await assert.rejects(readFfmpeg('/bin/false', ['-version']), failingWith('ffmpeg-missing'));
  });
});
