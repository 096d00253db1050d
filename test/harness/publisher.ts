import { join } from 'node:path';
import { execa } from 'execa';
import { startChild, type Child } from '../../dev/child.js';
import { signalGroup } from '../../dev/process-records.js';
import { clip, clipFolder, type ClipOptions } from './clips.js';
import { eventually } from './eventually.js';
import { fullStack } from './full-stack.js';
import { afterScene } from './stage.js';

export interface Publisher {
  /** To pull it over RTMP, and over HTTP-FLV. */
  url: string;
  flv: string;
  /** Ends as a machine does that loses its power: no farewell. */
  kill(): Promise<void>;
  /** Publishes again under the same name. */
  restart(): void;
  /** Keeps the connection and sends nothing more. */
  freeze(): void;
}

/** Sends a clip to the RTMP server of the stack, over and over, at its own pace; ends with the scene. */
export async function publish(name: string, from: ClipOptions | { file: string } = {}): Promise<Publisher> {
  const { rtmp } = (await fullStack()).addresses;
  const file = 'file' in from ? from.file : await clip(from);
  const url = `${rtmp.url}/${name}`;
  let ffmpeg: Child = start();
  afterScene(() => kill());
  await eventually(() => isPlayable(url), { withinMs: 15_000, what: `${name} is published` });
  return { url, flv: `${rtmp.flv}/${name}.flv`, kill, restart: () => void (ffmpeg = start()), freeze };

  function start(): Child {
    const input = ['-re', '-stream_loop', '-1', '-i', file];
    return startChild({
      name: `publisher-${name}`,
      command: ['ffmpeg', '-hide_banner', '-loglevel', 'warning', '-nostdin', ...input, '-c', 'copy', '-f', 'flv', url],
      log: join(clipFolder(), `publisher-${name}.log`),
    });
  }

  function kill(): Promise<void> {
    signalGroup(ffmpeg.pid, 'SIGKILL');
    return ffmpeg.exited.then(() => undefined);
  }

  function freeze(): void {
    signalGroup(ffmpeg.pid, 'SIGSTOP');
  }
}

async function isPlayable(url: string): Promise<true | undefined> {
  const probe = await execa('ffprobe', ['-v', 'error', '-rw_timeout', '2000000', url], { reject: false });
  return probe.exitCode === 0 || undefined;
}
