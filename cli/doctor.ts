import type { Command } from 'commander';
import { runCommand } from './output.js';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check ffmpeg, Temporal, the store, the topics and the spool; exit 1 when one is not fit')
    .option('--json', 'print JSON')
    .action((flags: { json?: boolean }) =>
      runCommand(flags, async () => (await import('./diagnose.js')).diagnose(flags)),
    );
}
