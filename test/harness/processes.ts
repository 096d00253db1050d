import { execa } from 'execa';
import { markOf } from '../../adapters/sources/route.js';

export interface RunningProcess {
  pid: number;
  rssBytes: number;
  cpuMs: number;
  command: string;
}

const COLUMNS = /^\s*(\d+)\s+(\S)\S*\s+(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s+(.*)$/;

/** The processes whose command, and whose environment where asked for, has this text; zombies are gone already. */
export async function processesWith(text: string, { inEnvironment = false } = {}): Promise<RunningProcess[]> {
  const { stdout } = await execa('ps', [inEnvironment ? 'axeww' : 'axww', '-o', 'pid=,stat=,rss=,time=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, state, rssKb, days = 0, hours = 0, minutes, seconds, command = ''] = COLUMNS.exec(line) ?? [];
    if (pid === undefined || state === 'Z' || Number(pid) === process.pid || !command.includes(text)) return [];
    const cpuS = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
    return [{ pid: Number(pid), rssBytes: Number(rssKb) * 1024, cpuMs: cpuS * 1000, command }];
  });
}

/** The ffmpeg of Reelay, not of a publisher, that pulls this address: it is known by the hash of its path alone. */
export async function capturesOf(url: string): Promise<RunningProcess[]> {
  const mark = markOf(new URL(url));
  const told = new RegExp(` -i (?:rtmp://\\S+/${mark} |rtsp://[^/]+/${mark}/|http://${mark}\\.)`);
  return (await processesWith(' -f smjpeg ')).filter(({ command }) => told.test(command));
}
