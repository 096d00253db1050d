import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const ASK_DEADLINE_MS = 10_000;

export type Version = readonly [major: number, minor: number, patch: number];

/** The first `1.2` or `1.2.3` in what a program prints about itself. */
export function parseVersion(text: string): Version | undefined {
  const [found, major, minor, patch] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return found === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

export function isAtLeast(version: Version | undefined, least: Version): boolean {
  if (version === undefined) return false;
  const at = version.findIndex((part, index) => part !== least[index]);
  return at === -1 || version[at]! > least[at]!;
}

/** What a program prints, say about its version; empty where it fails. */
export async function printedBy(program: string, args: string[]): Promise<string> {
  const asked = promisify(execFile)(program, args, { timeout: ASK_DEADLINE_MS });
  return asked.then(
    ({ stdout, stderr }) => stdout + stderr,
    () => '',
  );
}
