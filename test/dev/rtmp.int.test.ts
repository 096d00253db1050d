import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { provideFfmpeg } from '../../dev/ffmpeg.js';
import { rtmpServer } from '../harness/servers.js';

const PICTURE = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25'];
// The server announces sound over HTTP in any case, and a player waits 90 s for it where none comes.
const SOUND = ['-re', '-f', 'lavfi', '-i', 'sine'];
const ENCODE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-f', 'flv'];

describe('the RTMP server', () => {
  const running = new Set<ChildProcess>();
  let ffmpeg: string;
  before(async () => {
    ffmpeg = await provideFfmpeg({ log: '/dev/null' });
  });
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await Promise.all([...running].map((child) => once(child, 'exit')));
  });

  function run(args: string[]): { child: ChildProcess; exit: Promise<number | null> } {
    const child = spawn(ffmpeg, ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args], { stdio: 'ignore' });
    running.add(child);
    const exit = once(child, 'exit').then(([code]: unknown[]) => {
      running.delete(child);
      return code as number | null;
    });
    return { child, exit };
  }

  const play = (url: string, ...limit: string[]) => run(['-i', url, ...limit, '-f', 'null', '-']);
  const publish = (url: string) => run([...PICTURE, ...SOUND, ...ENCODE, url]);

  /** Resolves with a publisher whose pictures come. */
  async function published(name: string): Promise<ReturnType<typeof publish>> {
    const { url, flv } = await rtmpServer();
    const publisher = publish(`${url}/${name}`);
    assert.equal(await play(`${flv}/${name}.flv`, '-frames:v', '1').exit, 0);
    return publisher;
  }

  it('gives pictures out over RTMP and over HTTP', async () => {
    const { url, flv } = await rtmpServer();
    await published('both');
    assert.equal(await play(`${url}/both`, '-frames:v', '5').exit, 0);
    assert.equal(await play(`${flv}/both.flv`, '-frames:v', '5').exit, 0);
  });

  it('ends its players when the publisher is killed, and takes the next publisher', async () => {
    const { url, flv } = await rtmpServer();
    const publisher = await published('killed');
    const players = [play(`${url}/killed`), play(`${flv}/killed.flv`)];
    // Both have pictures once a third one, that came later, has some.
    assert.equal(await play(`${flv}/killed.flv`, '-frames:v', '1').exit, 0);
    publisher.child.kill('SIGKILL');
    await Promise.all(players.map(({ exit }) => exit));
    await published('killed');
  });

  it('refuses a second publisher and keeps the first', async () => {
    const { url } = await rtmpServer();
    const first = await published('twice');
    assert.notEqual(await publish(`${url}/twice`).exit, 0);
    assert.equal(first.child.exitCode, null);
    assert.equal(await play(`${url}/twice`, '-frames:v', '5').exit, 0);
  });
});
