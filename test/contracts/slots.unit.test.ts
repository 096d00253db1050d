import assert from 'node:assert/strict';
import {
  addSlot,
  countSlots,
  dueRuns,
  rateAt,
  slotAfter,
  slotAt,
  slotCount,
  slotsOf,
  withRate,
  type RatePoint,
  type SlotRun,
  type Span,
} from '../../contracts/slots.js';
import { random } from './random.js';

const point = (fromMs: number, everyMs: number, isPaused = false): RatePoint => ({ fromMs, everyMs, isPaused });
const run = (fromSlotMs: number, toSlotMs: number, everyMs: number, isPaused = false) => ({
  fromSlotMs,
  toSlotMs,
  everyMs,
  isPaused,
});

describe('the slot grid', () => {
  for (const [timeMs, everyMs, at, after] of [
    [0, 100, 0, 100],
    [99, 100, 0, 100],
    [100, 100, 100, 200],
    [1_700_000_000_123, 1000, 1_700_000_000_000, 1_700_000_001_000],
    [1_700_000_000_123, 3_600_000, 1_699_999_200_000, 1_700_002_800_000],
    [1_700_000_000_123, 333, 1_699_999_999_965, 1_700_000_000_298],
  ] as const) {
    it(`puts ${timeMs} at every ${everyMs} ms between ${at} and ${after}`, () => {
      assert.equal(slotAt(timeMs, everyMs), at);
      assert.equal(slotAfter(timeMs, everyMs), after);
    });
  }

  it('counts and lists the slots of a run, both ends included', () => {
    assert.equal(slotCount(run(1000, 1000, 250)), 1);
    assert.deepEqual([...slotsOf(run(1000, 2000, 250))], [1000, 1250, 1500, 1750, 2000]);
    assert.equal(countSlots([run(1000, 2000, 250), run(3000, 3000, 1000)]), 6);
    assert.equal(countSlots([]), 0);
  });
});

describe('the slots that are due', () => {
  const cases: { title: string; timeline: RatePoint[]; span: Span; due: SlotRun[] }[] = [
    {
      title: 'include the first millisecond of the span and not the last',
      timeline: [point(0, 1000)],
      span: { fromMs: 1000, untilMs: 3000 },
      due: [run(1000, 2000, 1000)],
    },
    {
      title: 'are none where the span holds no multiple of the interval',
      timeline: [point(0, 1000)],
      span: { fromMs: 1001, untilMs: 2000 },
      due: [],
    },
    {
      title: 'are none in an empty span',
      timeline: [point(0, 1000)],
      span: { fromMs: 2000, untilMs: 2000 },
      due: [],
    },
    {
      title: 'follow a change of rate from its millisecond on',
      timeline: [point(0, 1000), point(2500, 500)],
      span: { fromMs: 0, untilMs: 4000 },
      due: [run(0, 2000, 1000), run(2500, 3500, 500)],
    },
    {
      title: 'belong to the new grid alone where both grids meet',
      timeline: [point(0, 1000), point(2000, 500)],
      span: { fromMs: 0, untilMs: 2600 },
      due: [run(0, 1000, 1000), run(2000, 2500, 500)],
    },
    {
      title: 'stay due, and marked, while paused',
      timeline: [point(0, 1000), point(1500, 1000, true), point(3500, 1000)],
      span: { fromMs: 1000, untilMs: 5000 },
      due: [run(1000, 1000, 1000), run(2000, 3000, 1000, true), run(4000, 4000, 1000)],
    },
    {
      title: 'skip a rate that was replaced before its first slot',
      timeline: [point(0, 1000), point(1100, 3000), point(1200, 200)],
      span: { fromMs: 0, untilMs: 1500 },
      due: [run(0, 1000, 1000), run(1200, 1400, 200)],
    },
    {
      title: 'follow the first rate before it was set',
      timeline: [point(5000, 1000), point(8000, 500)],
      span: { fromMs: 3000, untilMs: 5500 },
      due: [run(3000, 5000, 1000)],
    },
  ];
  for (const { title, timeline, span, due } of cases) {
    it(title, () => assert.deepEqual(dueRuns(timeline, span), due));
  }

  it('agree with a count of every millisecond on random timelines', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { timeline, span } = randomHistory(seed);
      const due = dueRuns(timeline, span).flatMap((each) =>
        [...slotsOf(each)].map((slotMs) => `${slotMs}/${each.everyMs}/${each.isPaused}`),
      );
      assert.deepEqual(due, bruteForce(timeline, span), `seed ${seed}: ${JSON.stringify({ timeline, span })}`);
    }
  });

  it('are the same whether a span is asked for whole or in parts', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { timeline, span } = randomHistory(seed);
      const cutMs = random(seed + 1000).int(span.fromMs, span.untilMs);
      const parts = [
        ...dueRuns(timeline, { ...span, untilMs: cutMs }),
        ...dueRuns(timeline, { ...span, fromMs: cutMs }),
      ];
      const whole = dueRuns(timeline, span);
      assert.deepEqual(
        parts.flatMap((each) => [...slotsOf(each)]),
        whole.flatMap((each) => [...slotsOf(each)]),
      );
      assert.equal(countSlots(parts), countSlots(whole));
    }
  });
});

describe('a timeline of rates', () => {
  it('answers the rate in force, the first one also for earlier times', () => {
    const timeline = [point(1000, 500), point(2000, 250)];
    assert.equal(rateAt(timeline, 0).everyMs, 500);
    assert.equal(rateAt(timeline, 1999).everyMs, 500);
    assert.equal(rateAt(timeline, 2000).everyMs, 250);
  });

  it('has at least one rate', () => {
    assert.throws(() => rateAt([], 0), RangeError);
  });

  it('drops what a change replaces in full and leaves the old timeline alone', () => {
    const before = [point(0, 1000), point(3000, 500)];
    assert.deepEqual(withRate(before, point(2000, 250)), [point(0, 1000), point(2000, 250)]);
    assert.deepEqual(withRate(before, point(3000, 250)), [point(0, 1000), point(3000, 250)]);
    assert.deepEqual(withRate(before, point(4000, 250)), [...before, point(4000, 250)]);
    assert.equal(before.length, 2);
  });
});

describe('runs that grow slot by slot', () => {
  const add = (slots: (SlotRun & { reason?: string })[]): SlotRun[] => {
    const runs: (SlotRun & { reason?: string })[] = [];
    for (const slot of slots) addSlot(runs, slot);
    return runs;
  };
  const slot = (slotMs: number, everyMs: number, reason?: string) => ({
    fromSlotMs: slotMs,
    toSlotMs: slotMs,
    everyMs,
    ...(reason === undefined ? {} : { reason }),
  });

  it('join neighbours of one grid', () => {
    assert.deepEqual(add([slot(0, 500), slot(500, 500), slot(1000, 500)]), [
      { fromSlotMs: 0, toSlotMs: 1000, everyMs: 500 },
    ]);
  });

  it('break at a hole, at another grid and at another reason', () => {
    assert.equal(add([slot(0, 500), slot(1000, 500)]).length, 2);
    assert.equal(add([slot(0, 500), slot(500, 250)]).length, 2);
    assert.equal(add([slot(0, 500, 'paused'), slot(500, 500, 'shed')]).length, 2);
    assert.equal(add([slot(0, 500, 'paused'), slot(500, 500)]).length, 2);
  });

  it('never change the slot that was handed in', () => {
    const first = slot(0, 500);
    add([first, slot(500, 500)]);
    assert.equal(first.toSlotMs, 0);
  });

  it('account for random timelines without loss: stored and gaps add up to what was due', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { timeline, span } = randomHistory(seed);
      const { int } = random(seed + 2000);
      const stored: SlotRun[] = [];
      const gaps: (SlotRun & { reason: string })[] = [];
      const due = dueRuns(timeline, span).flatMap((each) => [...slotsOf(each)].map((at) => slot(at, each.everyMs)));
      for (const each of due) {
        if (int(0, 3) === 0) addSlot(gaps, { ...each, reason: int(0, 1) === 0 ? 'shed' : 'paused' });
        else addSlot(stored, each);
      }
      const accounted = [...stored, ...gaps].flatMap((each) => [...slotsOf(each)]).sort((a, b) => a - b);
      assert.deepEqual(
        accounted,
        due.map(({ fromSlotMs }) => fromSlotMs),
      );
      assert.equal(countSlots(stored) + countSlots(gaps), due.length);
    }
  });
});

const INTERVALS = [100, 125, 250, 333, 500, 1000, 1500, 2000];

function randomHistory(seed: number): { timeline: RatePoint[]; span: Span } {
  const { int } = random(seed);
  const startMs = int(0, 50_000);
  let timeline: RatePoint[] = [];
  for (let count = int(1, 6); count > 0; count--) {
    const everyMs = INTERVALS[int(0, INTERVALS.length - 1)] ?? 1000;
    timeline = withRate(timeline, point(startMs + int(0, 8000), everyMs, int(0, 3) === 0));
  }
  const fromMs = startMs + int(-2000, 4000);
  return { timeline, span: { fromMs, untilMs: fromMs + int(0, 10_000) } };
}

/** Asks for every millisecond by itself: which rate is in force, and is this one of its slots. */
function bruteForce(timeline: RatePoint[], { fromMs, untilMs }: Span): string[] {
  const due: string[] = [];
  for (let timeMs = fromMs; timeMs < untilMs; timeMs++) {
    let [rate] = timeline;
    for (const each of timeline) if (each.fromMs <= timeMs) rate = each;
    if (rate && timeMs % rate.everyMs === 0) due.push(`${timeMs}/${rate.everyMs}/${rate.isPaused}`);
  }
  return due;
}
