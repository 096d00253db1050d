import assert from 'node:assert/strict';
import { pino } from 'pino';
import { logDeliveryNews } from '../../../activities/delivery/delivery-news.js';
import { fault } from '../../../contracts/errors.js';
import { frameAt, imageOf, SESSION, T0 } from '../capture/frames.js';

describe('the log of deliveries', () => {
  const frame = frameAt(T0, [imageOf('frame')]);

  function open() {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
    return { news: logDeliveryNews(log), lines };
  }

  it('names the stream and the slot of a frame that has trouble', () => {
    const { news, lines } = open();
    news.onProblem(fault('store-unreachable', 'down'), frame);
    assert.equal(lines[0]?.['code'], 'store-unreachable');
    assert.equal(lines[0]?.['tenant'], SESSION.tenant);
    assert.equal(lines[0]?.['streamId'], SESSION.streamId);
    assert.equal(lines[0]?.['slotMs'], T0);
  });

  it('names no stream where the trouble is about none', () => {
    const { news, lines } = open();
    news.onProblem(fault('spool-newer', 'later'));
    assert.equal(lines[0]?.['streamId'], undefined);
  });

  it('tells the same trouble once at a time, and another at once', () => {
    const { news, lines } = open();
    for (let times = 0; times < 3; times += 1) news.onProblem(fault('store-unreachable', 'down'), frame);
    news.onProblem(fault('events-unreachable', 'down'), frame);
    assert.deepEqual(
      lines.map(({ code }) => code),
      ['store-unreachable', 'events-unreachable'],
    );
  });
});
