import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, type Command } from 'commander';
import { fault } from '../contracts/errors.js';
import type { ChaosReport } from '../chaos/report.js';
import type { RowResult } from '../chaos/row-result.js';
import type { Row } from '../chaos/row.js';
import { EXIT } from './exit-code.js';
import { printJson, runCommand } from './output.js';
import { stackHome } from './stack-environment.js';
import { say, showStep } from './stack-output.js';
import { untilStoppedTwice } from './until-stopped.js';

interface ChaosFlags {
  row?: string[];
  short?: boolean;
  streams: number;
  list?: boolean;
  json?: boolean;
  output?: string;
}

const DEFAULT_STREAMS = 3;
const REELAY = fileURLToPath(new URL('../../bin/reelay', import.meta.url));
/** What would point the workers at somebody else's servers. */
const FOREIGN = /^(?:REELAY_(?!FFMPEG$|HOME$)|TEMPORAL_|AWS_(?!SDK_)|KAFKA_(?!HOME$))/;

export function addChaosCommand(program: Command): void {
  program
    .command('chaos')
    .description('break a stack of real servers on purpose and account for every slot; exit 1 where a row fails')
    .option('--row <name>', 'this row alone; may be given again', (name: string, names: string[] = []) => [
      ...names,
      name,
    ])
    .option('--short', 'faults of seconds instead of minutes')
    .option('--streams <count>', 'streams a row', wholeNumber, DEFAULT_STREAMS)
    .option('--list', 'name the rows and run none')
    .option('--output <file>', 'write the table there too, as Markdown')
    .option('--json', 'print the result as JSON')
    .action((flags: ChaosFlags) => runCommand(flags, () => chaos(flags)));
}

async function chaos(flags: ChaosFlags): Promise<void> {
  const [{ ROWS }, { describeFault }] = await Promise.all([import('../chaos/rows.js'), import('../chaos/row.js')]);
  const rows = rowsOf(ROWS, flags.row);
  if (flags.list)
    return flags.json
      ? printJson(rows)
      : rows.forEach((row) => console.log(`${row.name.padEnd(22)} ${describeFault(row, flags.short === true)}`));
  for (const name of Object.keys(process.env)) if (FOREIGN.test(name)) delete process.env[name];
  const [{ runChaos }, { terminalTable, markdownReport }] = await Promise.all([
    import('../chaos/run-chaos.js'),
    import('../chaos/report.js'),
  ]);
  const { short: isShort = false, streams, json = false, output } = flags;
  const startedAt = new Date().toISOString();
  const folder = join(stackHome(), 'chaos', startedAt.replaceAll(':', '-'));
  const report: ChaosReport = { startedAt, isShort, versions: await versions(), results: [] };
  const { results } = report;
  await mkdir(folder, { recursive: true });
  await runChaos({
    rows,
    streams,
    isShort,
    keepIn: folder,
    signal: untilStoppedTwice(),
    reelayCommand: [process.execPath, REELAY],
    onStep: showStep,
    onNotice: (notice) => say(`    ${notice}`),
    onRow: (row) => say(`\n▶ ${row.name}: ${describeFault(row, isShort)}`),
    onResult: async (result) => {
      results.push(result);
      showResult(result);
      await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
      for (const file of [join(folder, 'report.md'), ...(output === undefined ? [] : [output])])
        await writeFile(file, markdownReport(report));
    },
  });
  if (json) printJson(report);
  else console.log(`\n${terminalTable(results)}\n\nStored in ${folder}`);
  if (results.length < rows.length || results.some(({ faults }) => faults.length > 0)) process.exitCode = EXIT.failed;
}

function rowsOf(rows: readonly Row[], names: readonly string[] | undefined): readonly Row[] {
  if (names === undefined) return rows;
  const unknown = names.find((name) => !rows.some((row) => row.name === name));
  if (unknown !== undefined) throw fault('request-invalid', `no row is called "${unknown}": --list names them`);
  return rows.filter(({ name }) => names.includes(name));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('expected a whole number from 1');
}

function showResult({ faults, due, stored, unexplained, doubled, tookSeconds }: RowResult): void {
  const mark = faults.length === 0 ? '✔' : '✖';
  say(`${mark} ${stored} of ${due} slots stored, ${unexplained} unexplained, ${doubled} doubled (${tookSeconds} s)`);
  for (const fault of faults) say(`    ${fault}`);
}

async function versions(): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)('ffmpeg', ['-version']);
  return {
    Node: process.version,
    ffmpeg: /version (\S+)/.exec(stdout)?.[1] ?? 'unknown',
    cores: String(cpus().length),
  };
}
