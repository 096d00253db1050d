import pc from 'picocolors';
import { problemOf } from '../contracts/errors.js';
import { redact } from '../contracts/redact.js';
import { exitCodeOf } from './exit-code.js';

const colors = pc.createColors(process.stderr.isTTY && !process.env['NO_COLOR']);

/** Runs a command's work; a failure is told once, as text or as one JSON document, and decides the exit code. */
export async function runCommand({ json = false }: { json?: boolean }, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problem = problemOf(error);
    if (json) console.log(JSON.stringify({ error: problem ?? { message: redact(String(error)) } }));
    else showFailure(error);
    process.exitCode = exitCodeOf(error);
  }
}

export const printJson = (document: unknown): void => {
  console.log(JSON.stringify(document));
};

function showFailure(error: unknown): void {
  const problem = problemOf(error);
  const text = problem
    ? `${colors.bold(problem.code)}: ${problem.message}`
    : redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
  console.error(`${colors.red('✖')} ${text}`);
  for (const line of problem?.tail ?? []) console.error(colors.dim(`    ${line}`));
  if (problem?.command) console.error(colors.dim(`  to reproduce: ${problem.command}`));
}
