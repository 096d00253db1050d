import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, type Child } from '../dev/child.js';
import { makeClip, type ClipOptions } from '../dev/clip.js';
import { signalGroup } from '../dev/process-records.js';

/** Sends a clip to the RTMP server, over and over, at its own pace. */
export interface Publisher {
  url: string;
  /** Keeps the connection and sends nothing more. */
  freeze(): void;
  thaw(): void;
  /** Ends as a machine does that loses its power: no farewell. */
  kill(): Promise<void>;
  restart(): void;
  /** Goes on with another clip under the same name. */
  change(clip: ClipOptions, jumpAfterSeconds?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Small enough that a machine of two cores decodes several. */
const USUAL: ClipOptions = { size: '640x360', fps: 15, gopSeconds: 1, seconds: 60 };

const JUMP_SECONDS = 600;

const clips = new Map<string, Promise<string>>();

/** The file of a clip, made once for each set of options. */
export function clipFile(folder: string, options: ClipOptions = {}): Promise<string> {
  const wanted = { ...USUAL, ...options };
  const name = `${folder}/${JSON.stringify(wanted)}`;
  const making = clips.get(name) ?? make(folder, wanted);
  clips.set(name, making);
  return making;
}

async function make(folder: string, options: ClipOptions): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `clip-${clips.size}.flv`);
  await makeClip(file, options);
  return file;
}

export async function startPublisher({ url, home }: { url: string; home: string }): Promise<Publisher> {
  let file = await clipFile(home);
  const name = `publisher-${url.split('/').at(-1)}`;
  let filters: string[] = [];
  let child: Child = start();

  async function kill(): Promise<void> {
    signalGroup(child.pid, 'SIGKILL');
    await child.exited;
  }

  return {
    url,
    freeze: () => signalGroup(child.pid, 'SIGSTOP'),
    thaw: () => signalGroup(child.pid, 'SIGCONT'),
    kill,
    restart: () => void (child = start()),
    async change(clip, jumpAfterSeconds) {
      file = await clipFile(home, clip);
      filters = jumpAfterSeconds === undefined ? [] : jump(jumpAfterSeconds);
      await kill();
      child = start();
    },
    stop: kill,
  };

  function start(): Child {
    const input = ['-re', '-stream_loop', '-1', '-i', file];
    return startChild({
      name,
      command: [
        'ffmpeg',
        '-hide_banner',
        '-loglevel',
        'warning',
        '-nostdin',
        ...input,
        '-c',
        'copy',
        ...filters,
        '-f',
        'flv',
        url,
      ],
      log: join(home, 'logs', `${name}.log`),
      home,
    });
  }
}

function jump(afterSeconds: number): string[] {
  const later = `setts=ts=if(gte(TS*TB\\,${afterSeconds})\\,TS+${JUMP_SECONDS}/TB\\,TS)`;
  return ['-bsf:v', later, '-bsf:a', later];
}
