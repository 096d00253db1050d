import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addChaosCommand } from './chaos.js';
import { addDeadLetterCommands } from './dead-letters.js';
import { addDoctorCommand } from './doctor.js';
import { EXIT } from './exit-code.js';
import { addServerCommand } from './server.js';
import { addStackCommands } from './stack.js';
import { addStreamCommands } from './stream.js';
import { addTranscodeCommands } from './transcode.js';
import { addVerifyCommands } from './verify.js';
import { addWorkerCommand } from './worker.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('reelay')
  .description('Live-stream frame capture and transcodes as durable Temporal workflows')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(--help tells more)');
addStackCommands(program, {
  onReady: async (addresses, { demo, signal }) => {
    if (demo) await (await import('./demo.js')).runDemo(addresses, signal);
  },
});
addWorkerCommand(program);
addServerCommand(program);
addStreamCommands(program);
addTranscodeCommands(program);
addVerifyCommands(program);
addDeadLetterCommands(program);
addDoctorCommand(program);
addChaosCommand(program);

// Who reads what is printed may have seen enough, as `head` has: that ends a command as SIGTERM does, in good order.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.kill(process.pid, 'SIGTERM');
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
