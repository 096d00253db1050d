import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { RootHookObject } from 'mocha';

/** Where the times are to be written, a JSON object a line; nothing is timed without it. */
export const TIMES_VARIABLE = 'REELAY_TEST_TIMES';

export interface FileTime {
  file: string;
  ms: number;
}

const TIMES = process.env[TIMES_VARIABLE];
const times = new Map<string, number>();
let markMs = performance.now();

/** Loaded by mocha's `require`: how long each file took, hooks included, since the last test before it. */
export const mochaHooks: RootHookObject =
  TIMES === undefined
    ? {}
    : {
        afterEach(this: Mocha.Context) {
          const file = relative(process.cwd(), this.currentTest?.file ?? '');
          const nowMs = performance.now();
          times.set(file, (times.get(file) ?? 0) + nowMs - markMs);
          markMs = nowMs;
        },
        afterAll() {
          const lines = [...times].map(([file, ms]) => JSON.stringify({ file, ms } satisfies FileTime));
          appendFileSync(TIMES, `${lines.join('\n')}\n`);
        },
      };
