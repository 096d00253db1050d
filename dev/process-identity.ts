import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A pid is used again after its process is gone; with the start time it names one process for good. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/** Undefined where no such process lives. A zombie counts as gone: only its parent's wait is missing. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export const isAlive = (identity: ProcessIdentity): boolean =>
  identifyProcess(identity.pid)?.startedAt === identity.startedAt;

function startOnLinux(pid: number): string | undefined {
  try {
    // The program's name is in parentheses and may itself hold spaces and parentheses.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? undefined : fields[18];
  } catch {
    return undefined; // no such process
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const [state, ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', `${pid}`], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return state?.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined; // ps fails where there is no such process
  }
}
