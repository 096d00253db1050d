import assert from 'node:assert/strict';
import { deadLetterClosedEvent, deadLetterEvent } from '../../contracts/dead-letter.js';
import type { ReelayEvent } from '../../contracts/events.js';
import { createOpenLetters } from '../../contracts/open-letters.js';
import { letterOf } from '../client/stored-session.js';
import { ofFrames } from './of-frames.js';
import { random } from './random.js';

const dead = (slot: number, redrives = 0): ReelayEvent => deadLetterEvent(letterOf(slot, { redrives }));

function closed(slot: number, redrives: number): ReelayEvent {
  const letter = letterOf(slot);
  const { letterId } = letter;
  return deadLetterClosedEvent(letter, { letterId, outcome: 'stored', redrives, atMs: 0 });
}

const fold = (events: ReelayEvent[]) => {
  const letters = createOpenLetters();
  for (const event of events) letters.add(event);
  return letters;
};

const openAfter = (events: ReelayEvent[]): [number, number][] =>
  ofFrames(fold(events).open()).map(({ frame, redrives }) => [
    (frame.slotMs - letterOf(0).frame.slotMs) / 1000,
    redrives,
  ]);

describe('open dead letters', () => {
  const cases: [string, ReelayEvent[], [number, number][]][] = [
    ['are none in an empty topic', [], []],
    [
      'are those that were recorded, oldest failure first',
      [dead(2), dead(1)],
      [
        [1, 0],
        [2, 0],
      ],
    ],
    ['are one, however often it is recorded', [dead(1), dead(1)], [[1, 0]]],
    ['are over when they are closed', [dead(1), dead(2), closed(1, 1)], [[2, 0]]],
    ['are over when they are closed under the same number', [dead(1), closed(1, 0)], []],
    ['are open again when a redrive failed', [dead(1), dead(1, 1)], [[1, 1]]],
    ['stay open where an end is older than the last failure', [dead(1), closed(1, 0), dead(1, 1)], [[1, 1]]],
    ['stay closed where the first record is repeated', [dead(1), closed(1, 1), dead(1)], []],
    ['keep the last failure where an older one is repeated', [dead(1), dead(1, 2), dead(1, 1)], [[1, 2]]],
    ['are over where one redrive failed and another at the same time did not', [dead(1), closed(1, 1), dead(1, 1)], []],
    ['may be closed twice', [dead(1), closed(1, 1), closed(1, 1)], []],
  ];
  for (const [title, events, open] of cases)
    it(title, () => {
      assert.deepEqual(openAfter(events), open);
    });

  it('are the same in whatever order their records come', () => {
    const events = [dead(1), dead(1, 1), closed(1, 1), dead(1, 2), dead(2), closed(2, 1), dead(3), dead(3, 1)];
    const expected = openAfter(events);
    for (let seed = 1; seed <= 100; seed++) {
      const { int } = random(seed);
      const shuffled = [...events, ...events].map((event) => ({ event, at: int(0, 1e9) }));
      shuffled.sort((a, b) => a.at - b.at);
      assert.deepEqual(openAfter(shuffled.map(({ event }) => event)), expected, `seed ${seed}`);
    }
  });

  it('hold no bytes', () => {
    assert.deepEqual(
      ofFrames(fold([dead(1)]).open()).map(({ content }) => content),
      [{ at: 'letter' }],
    );
  });

  const named = (change: object): ReelayEvent => ({ ...dead(1), data: { ...letterOf(1), ...change } });
  const frame = letterOf(1).frame;
  const FORGED: [string, ReelayEvent][] = [
    ['has the id of another', named({ letterId: letterOf(2).letterId, redrives: 9 })],
    ['names a tenant that climbs', named({ frame: { ...frame, session: { ...frame.session, tenant: '..' } } })],
    ['names a stream with a slash', named({ frame: { ...frame, session: { ...frame.session, streamId: 'a/b' } } })],
    ['failed at no time', named({ firstFailedAtMs: Number.MAX_SAFE_INTEGER })],
  ];
  for (const [what, event] of FORGED)
    it(`leave out a letter that ${what}`, () => {
      const letters = fold([dead(2), event]);
      assert.deepEqual(openAfter([dead(2), event]), [[2, 0]]);
      assert.equal(letters.unreadable, 1);
    });

  it('count what they cannot read, and pass over what is no letter', () => {
    const letters = fold([
      { ...dead(1), data: { letterId: 'x' } },
      { ...closed(1, 1), data: null },
      { ...dead(2), type: 'dev.reelay.frame.captured.v1' },
    ]);
    assert.deepEqual(letters.open(), []);
    assert.equal(letters.unreadable, 2);
  });
});
