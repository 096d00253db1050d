import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { fault } from '../contracts/errors.js';
import { redact } from '../contracts/redact.js';

export interface FfmpegProcess {
  pid: number | undefined;
  stdin: Writable;
  /** Standard output, then file descriptors 3 and up. */
  outputs: Readable[];
  /** Resolves when the process is gone; never rejects. */
  exited: Promise<FfmpegExit>;
  /** Resolves when the process is gone; asks twice, then kills. */
  stop(): Promise<FfmpegExit>;
}

export interface FfmpegExit {
  exitCode: number | undefined;
  /** The last lines of level warning and above, redacted. */
  tail: string[];
  /** The command line, redacted, ready to paste. */
  command: string;
}

interface FfmpegStart {
  ffmpeg: string;
  args: readonly string[];
  outputCount: number;
  onLine?(line: string): void;
  /** What it says, said so that it means something outside this process too. */
  named?(line: string): string;
  /** What to show in its command line, where its arguments mean something to this process alone. */
  shownArgs?: readonly string[];
  /** What confines it: the beginning of its command line, such as `prlimit --as=1`. */
  within?: readonly string[];
}

/** What programs need to be found by. All else of the worker's own, its secrets above all, is nothing to them. */
const environment = () => ({ extendEnv: false, env: { PATH: process.env['PATH'] } });

const TAIL_LINES = 20;
const ASK_AGAIN_AFTER_MS = 500;
const KILL_AFTER_MS = 1200;
const SETPRIV = '/usr/bin/setpriv';

/** Runs one ffmpeg for as long as it takes; this file is the only one that starts any. */
export function startFfmpeg({
  ffmpeg,
  args,
  shownArgs = args,
  outputCount,
  onLine,
  named = (line) => line,
  within = [],
}: FfmpegStart): FfmpegProcess {
  const [file, ...wrapped] = [...within, ...dieWithParent(), ffmpeg, ...args];
  const extraPipes = Array.from({ length: outputCount - 1 }, () => 'pipe' as const);
  const child = execa(file ?? ffmpeg, wrapped, {
    ...environment(),
    stdio: ['pipe', 'pipe', 'pipe', ...extraPipes],
    buffer: false,
    reject: false,
    forceKillAfterDelay: false,
    // In a group of its own: what tells a worker to stop, such as Ctrl-C, is often sent to its whole group, and a capture
    // goes on until another host has taken over.
    detached: true,
  });
  child.stdin.on('error', () => undefined); // EPIPE: ffmpeg is gone, which `exited` tells.
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    onLine?.(line);
    if (!isWorthKeeping(line)) return;
    tail.push(redact(named(line)));
    if (tail.length > TAIL_LINES) tail.shift();
  });
  const exited = child.then((result) => {
    if (result.exitCode === undefined && result.signal === undefined && result.originalMessage)
      tail.push(redact(result.originalMessage));
    return { exitCode: result.exitCode, tail, command: commandLine(ffmpeg, shownArgs) };
  });
  return {
    pid: child.pid,
    stdin: child.stdin,
    outputs: [child.stdout, ...extraPipes.map((_, index) => child.stdio[index + 3] as unknown as Readable)],
    exited,
    stop: () => stop(child, exited),
  };
}

/** What a short run of ffmpeg prints, such as its version. */
export async function readFfmpeg(ffmpeg: string, args: readonly string[]): Promise<string> {
  const result = await execa(ffmpeg, ['-hide_banner', ...args], { ...environment(), reject: false, stdin: 'ignore' });
  if (result.exitCode === 0) return result.stdout;
  throw fault('ffmpeg-missing', `${ffmpeg} does not run: ${result.shortMessage ?? 'no reason given'}`);
}

/** Whether a program is there and does what it is asked. */
export async function doesRun([program = '', ...args]: readonly string[]): Promise<boolean> {
  const result = await execa(program, args, { ...environment(), reject: false, stdio: 'ignore' });
  return result.exitCode === 0;
}

/**
 * ffmpeg obeys one signal only between two packets, and a second one at once, even while its input is blocked; where
 * it does neither, it is killed. Partial output needs no care here: pictures are whole or not there.
 */
async function stop(
  child: { kill(signal: NodeJS.Signals): boolean },
  exited: Promise<FfmpegExit>,
): Promise<FfmpegExit> {
  child.kill('SIGTERM');
  const again = setTimeout(() => child.kill('SIGTERM'), ASK_AGAIN_AFTER_MS);
  const kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  try {
    return await exited;
  } finally {
    clearTimeout(again);
    clearTimeout(kill);
  }
}

/**
 * A worker that is killed cannot stop its children, so the kernel does it where util-linux offers that. It comes last:
 * the kernel forgets it when a process changes its namespaces.
 */
const dieWithParent = (): string[] => (existsSync(SETPRIV) ? [SETPRIV, '--no-new-privs', '--pdeathsig', 'KILL'] : []);

const isWorthKeeping = (line: string): boolean =>
  /\[(?:warning|error|fatal|panic)\]|^setpriv: /.test(line) && !/deprecated pixel format/.test(line);

/** Quoted for a POSIX shell. */
const commandLine = (ffmpeg: string, args: readonly string[]): string =>
  redact(
    [ffmpeg, ...args]
      .map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
      .join(' '),
  );
