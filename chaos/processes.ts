import { readdirSync, readFileSync } from 'node:fs';

/** The ffmpeg processes that a worker has started. */
export const ffmpegsOf = (parent: number | undefined): number[] =>
  parent === undefined ? [] : allPids().filter((pid) => parentOf(pid) === parent && nameOf(pid) === 'ffmpeg');

/** The processes that were started with this in their environment, zombies apart: `REELAY_HOME=/folder`. */
export const processesWith = (variable: string): string[] =>
  allPids()
    .filter((pid) => read(pid, 'environ').split('\0').includes(variable))
    .map((pid) => `${nameOf(pid)} (${pid})`);

/** The captures that have outlived their worker: they have nothing of its environment to be known by. */
export const orphanedCaptures = (): string[] =>
  allPids()
    .filter((pid) => read(pid, 'cmdline').includes('\0smjpeg\0') && !isNode(parentOf(pid)))
    .map((pid) => `${nameOf(pid)} (${pid})`);

const isNode = (pid: number): boolean => /node|MainThread/.test(nameOf(pid));

const allPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

const parentOf = (pid: number): number => Number(/\) . (\d+) /.exec(read(pid, 'stat'))?.[1]);

const nameOf = (pid: number): string => read(pid, 'comm').trim();

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
