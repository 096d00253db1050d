import assert from 'node:assert/strict';
import { problemOf } from '../../contracts/errors.js';
import { isMeant, parseTrigger, parseTriggers, requestFor } from '../../contracts/object-trigger.js';
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

  const MEDIA = { bucket: 'media', prefix: '' };
  const one = (change: object) => ({ ...TRIGGER, ...change });
  const fed: [string, object[], { bucket: string; prefix: string } | undefined][] = [
    ['by itself', [one({ prefix: 'in/', output: 'in/out' })], undefined],
    ['by itself, where it means all of the store', [one({ output: 'out' })], MEDIA],
    [
      'by another that it feeds',
      [one({ prefix: 'in/', output: 'mid' }), one({ name: 'b', prefix: 'mid/', output: 'in' })],
      undefined,
    ],
    ['by another', [one({ prefix: 'in/', output: 'mid' }), one({ name: 'b', prefix: 'mid/' })], undefined],
    ['below the prefix of the store', [one({ prefix: 'vod/in/', output: 'in/x' })], { bucket: 'media', prefix: 'vod' }],
  ];
  for (const [how, triggers, store] of fed)
    it(`is refused where it is fed ${how}`, () => {
      const found = problem(() => parseTriggers(triggers, store));
      assert.equal(found?.code, 'trigger-invalid');
      assert.match(found?.message ?? '', /^output: expected a prefix that is not below /);
    });

  it('may mean all of a bucket other than the store, or put its outputs elsewhere', () => {
    assert.equal(parseTriggers([one({ bucket: 'uploads', output: 'out' })], MEDIA).length, 1);
    assert.equal(parseTriggers([one({ prefix: 'in/', output: 'in' })], { bucket: 'media', prefix: 'vod' }).length, 1);
    assert.equal(parseTriggers([one({ prefix: 'in/', output: 'out' })], MEDIA).length, 1);
  });

  it('never means what a task of a trigger has made, wherever it is', async () => {
    const all = parseTrigger(TRIGGER);
    const { taskId } = await requestFor(all, { bucket: 'media', key: 'a.mov', version: '1', url: 's3://media/a.mov' });
    const unit = '0123456789abcdef01234567';
    for (const key of [`out/${taskId}/${unit}/1080p.mp4`, `${taskId}/${unit}/x/a.m4s`, `a/b/${taskId}/manifest.json`])
      assert.equal(isMeant(all, { bucket: 'media', key }), false, key);
    for (const key of [`uploads/${unit}/a.mov`, `in/${taskId}/a.mov`, `in/movie/manifest.json`])
      assert.equal(isMeant(all, { bucket: 'media', key }), true, key);
  });

  it('is refused for a watch that would look through its own outputs', () => {
    const watch = { name: 'up', prefix: '', output: 'out', profile: 'hls', everyMs: 60_000 };
    assert.equal(problem(() => parseWatch(watch))?.code, 'trigger-invalid');
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
