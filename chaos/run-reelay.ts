import { execFile } from 'node:child_process';
import { workerEnv } from '../dev/worker-env.js';
import type { ReelayCommand, Scene, ChaosStage } from './stage.js';

interface CommandRun {
  scene: Scene;
  args: readonly string[];
  namespace: string;
  command?: ReelayCommand;
}

export interface CommandEnd {
  /** 0 where it has done what it was asked for; a word where it was not even started. */
  exitCode: number | string;
  stdout: string;
}

const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs `reelay … --json` straight on the servers, whatever the links of workers do. */
export function runReelay(
  { stack, home, reelayCommand }: ChaosStage,
  { scene, args, namespace, command = reelayCommand }: CommandRun,
): Promise<CommandEnd> {
  const [program, ...words] = command;
  const env = {
    ...process.env,
    ...workerEnv(stack.addresses, { home }),
    ...scene.backupEnv,
    TEMPORAL_NAMESPACE: namespace,
    REELAY_HOME: home,
  };
  return new Promise((resolve) => {
    execFile(program, [...words, ...args, '--json'], { env, maxBuffer: MOST_OUTPUT_BYTES }, (error, stdout) =>
      resolve({ exitCode: error ? (error.code ?? error.message) : 0, stdout }),
    );
  });
}
