import assert from 'node:assert/strict';
import { isTypeScript, sourceFiles } from './source-files.js';
import { SOURCE_RULES } from './source-rules.js';

type Title = keyof typeof SOURCE_RULES;

/** Sources that each rule must complain about: a rule that cannot fail proves nothing. */
const BAD: Record<Title, [path: string, text: string][]> = {
  'is short enough to be read at once': [
    ['media/x.ts', 'export {};\n'.repeat(251)],
    ['test/media/x.ts', 'export {};\n'.repeat(301)],
  ],
  'leaves nothing to do': [
    ['media/x.ts', '// TODO: later'],
    ['media/x.ts', 'const a = 1; /* FIXME */'],
    ['test/x.ts', 'function f() {\n  // XXX\n}'],
  ],
  'has no code in comments': [
    ['media/x.ts', '// const a = 1;\n// run(a);'],
    ['media/x.ts', 'run(/* fast, */ 1);\n/* if (a) {\n  run();\n} */'],
    ['media/x.ts', 'function f() {\n  // return g();\n}'],
  ],
  'runs every test': [
    ['test/x.unit.test.ts', "it.only('x', () => {});"],
    ['test/x.unit.test.ts', "describe.skip('x', () => {});"],
    ['test/x.unit.test.ts', "it('x', function () { this.skip(); });"],
  ],
  'exports by name': [
    ['media/x.ts', 'export default 1;'],
    ['media/x.ts', 'export default function x() {}'],
    ['media/x.ts', 'const x = 1; export { x as default };'],
  ],
  'reads the environment in its one place': [
    ['media/x.ts', 'const path = process.env.PATH;'],
    ['workers/run.ts', "const path = process.env['PATH'];"],
  ],
  'makes failures from the catalogue': [
    ['activities/x.ts', "import { ApplicationFailure } from '@temporalio/common';"],
  ],
};

/** And some that only look like it. */
const GOOD: Record<Title, [path: string, text: string][]> = {
  'is short enough to be read at once': [
    ['media/x.ts', 'export {};\n'.repeat(250)],
    ['test/media/x.ts', 'export {};\n'.repeat(300)],
  ],
  'leaves nothing to do': [['media/x.ts', "const text = '// TODO';"]],
  'has no code in comments': [
    ['media/x.ts', '// The cut is a slot; what lies before it belongs to the predecessor.'],
    ['media/x.ts', '/** Use `const a = 1;` */\nconst a = 1;'],
    ['media/x.ts', "const glob = 'media/**/*.ts'; // every file; see above"],
  ],
  'runs every test': [['test/x.unit.test.ts', "it('x', () => list.only('y'));"]],
  'exports by name': [['media/x.ts', "export { default as x } from 'x';\nconst text = 'export default 1';"]],
  'reads the environment in its one place': [
    ['runtime/config.ts', 'export const env = process.env;'],
    ['dev/x.ts', 'const path = process.env.PATH;'],
  ],
  'makes failures from the catalogue': [['contracts/errors.ts', "ApplicationFailure.create({ message: 'x' });"]],
};

const titles = Object.keys(SOURCE_RULES) as Title[];

describe('every source', () => {
  const files = sourceFiles(isTypeScript);
  for (const title of titles) {
    it(title, () => assert.deepEqual(files.flatMap(SOURCE_RULES[title]), []));
  }
});

describe('the rules for sources', () => {
  for (const title of titles) {
    it(`find what breaks "${title}"`, () => {
      for (const [path, text] of BAD[title]) assert.notDeepEqual(SOURCE_RULES[title]({ path, text }), [], text);
    });

    it(`let pass what keeps "${title}"`, () => {
      for (const [path, text] of GOOD[title]) assert.deepEqual(SOURCE_RULES[title]({ path, text }), [], text);
    });
  }
});
