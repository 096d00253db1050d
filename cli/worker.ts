import { Option, type Command } from 'commander';
import { fault } from '../contracts/errors.js';
import { ROLES, type Role } from '../workers/roles.js';
import { runCommand } from './output.js';
import { adoptStack } from './stack-environment.js';
import { untilStopped } from './until-stopped.js';

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('run workers until SIGTERM, which hands their captures over')
    .addOption(new Option('--roles <roles>', `comma-separated, of ${ROLES.join(', ')}`).default(ROLES.join(',')))
    .action(({ roles }: { roles: string }) => runCommand({}, () => run(rolesOf(roles))));
}

async function run(roles: readonly Role[]): Promise<void> {
  await adoptStack();
  const [{ readConfig }, { runWorkers }] = await Promise.all([
    import('../runtime/config.js'),
    import('../workers/run-workers.js'),
  ]);
  await runWorkers({
    config: readConfig(),
    roles,
    stopping: untilStopped(),
    onReady: () => {
      console.log(JSON.stringify({ ready: true, roles, pid: process.pid }));
    },
  });
}

function rolesOf(text: string): Role[] {
  return text.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim());
    if (!role) throw fault('request-invalid', `--roles: expected some of ${ROLES.join(', ')}, got "${name}"`);
    return role;
  });
}
