import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { TIMES_VARIABLE, type FileTime } from './harness/file-times.js';

/*
 * Runs the linter and all tests in lanes side by side, each lane of tests a process of mocha with servers of its own. Most
 * tests wait for what takes its time, so two cores have room for more than one lane. A file belongs to the first lane that
 * names it, and the last one has all that is left. The linter, for which nobody waits, has the time that tests leave it.
 * What a lane says is shown whole when it ends.
 */
const LANES: Record<string, readonly string[]> = {
  media: ['dist/test/{media,hostile}/**/*.test.js', 'dist/test/e2e/chaos.e2e.test.js'],
  e2e: ['dist/test/{e2e,activities,server,workers}/**/*.test.js'],
  others: ['dist/test/**/*.test.js'],
};
const MOCHA = fileURLToPath(new URL('../../node_modules/mocha/bin/mocha.js', import.meta.url));
const TELL_EVERY_MS = 60_000;
const SLOWEST = 10;

const folder = mkdtempSync(join(tmpdir(), 'reelay-lanes-'));
const times = join(folder, 'times');
const lanes = Object.entries(LANES).map(([name, specs], index, all) => {
  const earlier = all.slice(0, index).flatMap(([, taken]) => taken);
  return run(name, [process.execPath, MOCHA, ...specs, ...earlier.flatMap((spec) => ['--ignore', spec])]);
});
const codes = await Promise.all([run('lint', ['nice', 'npm', 'run', '--silent', 'lint']), ...lanes]);
const slowest = slowestOf(readFileSync(times, 'utf8'));
rmSync(folder, { recursive: true });
console.log(`\nThe slowest files:\n${slowest.map(({ file, ms }) => `${seconds(ms)}  ${file}`).join('\n')}`);
process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;

/** Resolves to the exit code of the lane. */
async function run(name: string, [program, ...args]: readonly [string, ...string[]]): Promise<number> {
  const startedMs = performance.now();
  let text = '';
  const lane = execa(program, args, {
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { [TIMES_VARIABLE]: times, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
  });
  lane.all.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const telling = setInterval(() => {
    const done = text.split('✔').length - 1;
    console.log(`… ${name.padEnd(8)}${String(done).padStart(5)} tests ${seconds(performance.now() - startedMs)}`);
  }, TELL_EVERY_MS);
  const { exitCode = 1 } = await lane;
  clearInterval(telling);
  console.log(`\n::: lane ${name}, ${seconds(performance.now() - startedMs).trim()}\n${text}`);
  return exitCode;
}

function slowestOf(lines: string): FileTime[] {
  const all = lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as FileTime]));
  return all.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(9);
}
