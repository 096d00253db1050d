import assert from 'node:assert/strict';
import { problemOf } from '../../contracts/errors.js';
import { parseTrigger, parseTriggers } from '../../contracts/object-trigger.js';
import { parseWatch } from '../../contracts/watch.js';

const TRIGGER = { name: 'up', bucket: 'media', profile: 'hls' };
const problem = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
};

describe('a trigger', () => {
  it('has a default for all but its name, bucket and profile', () => {
    assert.deepEqual(parseTrigger(TRIGGER), {
      ...TRIGGER,
      prefix: '',
      suffixes: [],
      isHidden: false,
      priority: 50,
      tenant: 'default',
    });
  });

  const wrong: [string, object, RegExp][] = [
    ['no name', { name: '' }, /^name: /],
    ['a priority of 101', { priority: 101 }, /^priority: /],
    ['a field that nobody knows', { profil: 'x' }, /expected no fields but/],
    ['an output with a step up', { output: '../x' }, /^output: /],
    [
      'an output below its own prefix',
      { prefix: 'in/', output: 'in/out' },
      /^output: expected a prefix that is not below in\//,
    ],
  ];
  for (const [title, change, message] of wrong)
    it(`with ${title} is refused`, () => {
      const found = problem(() => parseTrigger({ ...TRIGGER, ...change }));
      assert.match(found?.message ?? '', message);
    });

  it('has a name of its own', () => {
    assert.equal(parseTriggers([TRIGGER, { ...TRIGGER, name: 'b' }]).length, 2);
    for (const bad of [[TRIGGER, TRIGGER], {}, null])
      assert.equal(problem(() => parseTriggers(bad))?.code, 'trigger-invalid');
  });

  it('is the same for a watch, which has no bucket and an interval', () => {
    const watch = parseWatch({ name: 'up', prefix: 'in/', profile: 'hls', everyMs: 60_000 });
    assert.equal(watch.everyMs, 60_000);
    assert.equal(watch.bucket, 'store');
    assert.equal(problem(() => parseWatch({ name: 'up', profile: 'hls', everyMs: 5 }))?.code, 'trigger-invalid');
  });
});
