import type { Command } from 'commander';
import { runCommand } from './output.js';
import { adoptStack } from './stack-environment.js';
import { untilStopped } from './until-stopped.js';

export function addServerCommand(program: Command): void {
  program
    .command('server')
    .description('HTTP hooks, and tasks for objects as they come, until SIGTERM; REELAY_HTTP says where')
    .action(() => runCommand({}, run));
}

async function run(): Promise<void> {
  await adoptStack();
  const [{ readConfig }, { runServer }] = await Promise.all([
    import('../runtime/config.js'),
    import('../server/run-server.js'),
  ]);
  await runServer({
    config: readConfig(),
    stopping: untilStopped(),
    onReady: (ready) => {
      console.log(JSON.stringify({ ready: true, ...ready, pid: process.pid }));
    },
  });
}
