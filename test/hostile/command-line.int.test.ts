import assert from 'node:assert/strict';
import { InvalidArgumentError } from 'commander';
import { execa } from 'execa';
import { toMs } from '../../cli/arguments.js';
import { EXIT } from '../../cli/exit-code.js';
import { REELAY } from '../harness/full-stack.js';

const START = ['stream', 'start', 'rtmp://127.0.0.1/live/a', '--id'];
const DURATIONS = ['1e9h', '-1s', '1 s', '١s', '１s', '0x10s', 'Infinity', `${'9'.repeat(400)}h`, '', '1s;2s', '1.s'];

const WORDS: [name: string, words: string[]][] = [
  ['a duration below 0', [...START, 'a', '--every=-1s']],
  ['an unknown flag', [...START, 'a', '--__proto__=1']],
  ['a size of numbers that are none', [...START, 'a', '--size', '1e3xNaN']],
];

describe('a hostile command line', () => {
  for (const text of DURATIONS)
    it(`with the duration "${text.slice(0, 20)}" is not understood`, () => {
      assert.throws(() => toMs(text), InvalidArgumentError);
    });

  for (const [name, words] of WORDS)
    it(`with ${name} ends as one that is not understood`, async () => {
      const { exitCode } = await execa(process.execPath, [REELAY, ...words], { reject: false, timeout: 30_000 });
      assert.equal(exitCode, EXIT.usage);
    });
});
