import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ChaosReport } from '../../chaos/report.js';
import { REELAY } from '../harness/full-stack.js';
import { processesWith } from '../harness/processes.js';

/** In the order of the table. */
const ROWS = ['worker-kill', 'rolling-restart', 'upgrade', 'store-once', 'kafka-no-acks', 'rate-storm', 'relays'];
const WITHIN_MS = 900_000;

describe('reelay chaos', function () {
  this.timeout(WITHIN_MS);
  let folder: string;
  let env: Record<string, string>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reelay-e2e-chaos-'));
    env = { REELAY_HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp') };
    await mkdir(env['TMPDIR']!);
  });
  after(() => rm(folder, { recursive: true }));
  afterEach('has left neither files nor processes', async () => {
    assert.deepEqual(readdirSync(env['TMPDIR']!), []);
    assert.deepEqual(await processesWith(folder, { inEnvironment: true }), []);
  });

  it('breaks the stack row by row, and finds every slot', async () => {
    const output = join(folder, 'table.md');
    const flags = ['--short', '--json', '--streams', '2', '--output', output];
    const args = ['chaos', ...flags, ...ROWS.flatMap((row) => ['--row', row])];
    const run = await execa(process.execPath, [REELAY, ...args], { env, reject: false });
    assert.equal(run.exitCode, 0, run.stderr);
    const { results } = JSON.parse(run.stdout) as ChaosReport;
    assert.deepEqual(
      results.map(({ row }) => row),
      ROWS,
    );
    for (const { row, due, stored, unexplained, doubled, gapsByReason, peakBytes, faults } of results) {
      console.log(`      ${row}: due ${due}, stored ${stored}, gaps ${JSON.stringify(gapsByReason)}`);
      assert.ok(due > 20 && stored > 20, `${row}: ${stored} of ${due}`);
      assert.equal(unexplained, 0, row);
      assert.equal(doubled, 0, row);
      assert.deepEqual(faults, [], row);
      assert.ok(peakBytes > 0, row);
    }
    const table = readFileSync(output, 'utf8');
    assert.match(table, /7 of 7 rows as expected/);
    for (const { fault } of results) assert.ok(table.includes(`| ${fault} |`), fault);
    const [stored = ''] = readdirSync(join(folder, 'home', 'chaos'));
    assert.equal(readFileSync(join(folder, 'home', 'chaos', stored, 'report.md'), 'utf8'), table);
  });

  it('takes everything down when it is interrupted in a row', async () => {
    const run = execa(process.execPath, [REELAY, 'chaos', '--short', '--row', 'worker-freeze'], { env, reject: false });
    for (let said = ''; !said.includes('▶');) said += String((await once(run.stderr, 'data'))[0]);
    run.kill('SIGINT');
    assert.equal((await run).exitCode, 1);
  });

  it('names the rows, and refuses one that is none', async () => {
    const list = await execa(process.execPath, [REELAY, 'chaos', '--list'], { env });
    for (const row of ROWS) assert.ok(list.stdout.includes(row), row);
    const unknown = await execa(process.execPath, [REELAY, 'chaos', '--row', 'nothing'], { env, reject: false });
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /no row is called "nothing"/);
  });
});
