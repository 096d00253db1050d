import assert from 'node:assert/strict';
import { createGapAnnouncer } from '../../../activities/capture/gap-announcer.js';
import type { EventSink } from '../../../adapters/event-log/event-log.js';
import { fileEventSink } from '../../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../../adapters/event-log/file-source.js';
import { TOPICS, type GapEvent } from '../../../contracts/events.js';
import type { Gap, GapReason } from '../../../contracts/ledger.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { allOf } from '../../port-suites/all-of.js';
import { SESSION, T0 } from './frames.js';
import { createCounter, switchableSink } from './switchable.js';

describe('the announcer of gaps', () => {
  const folder = useTempFolder();
  const sinks: EventSink[] = [];
  afterEach(() => Promise.all(sinks.splice(0).map((sink) => sink.close())));
  const gapAt = (second: number, reason: GapReason = 'spool-full'): Gap => ({
    fromSlotMs: T0 + second * 1000,
    toSlotMs: T0 + second * 1000,
    everyMs: 1000,
    reason,
  });
  const published = async (): Promise<string[]> => {
    const events = await allOf(fileEventSource({ folder: folder() }).read(TOPICS.streams, {}));
    return events.map(({ data }) => {
      const { fromSlotMs, count, reason } = data as GapEvent;
      return `${(fromSlotMs - T0) / 1000}+${count} ${reason}`;
    });
  };

  function open({ keeps = false } = {}) {
    const sink = fileEventSink({ folder: folder() });
    sinks.push(sink);
    const { events, control } = switchableSink(sink, { keeps });
    const closing = new AbortController();
    const attempts = createCounter();
    const onAttempt = (): void => {
      attempts.add();
    };
    const announcer = createGapAnnouncer({ events, session: SESSION, epoch: 1, closing: closing.signal, onAttempt });
    return { announcer, control, closing };
  }

  it('makes one event of slots that go missing while the log is away, and leaves alone what it has tried', async () => {
    const { announcer, control } = open({ keeps: true });
    control.isDown = true;
    announcer.announce([gapAt(0)]);
    await control.failures.reached(1);
    for (const second of [1, 2, 3]) announcer.announce([gapAt(second)]);
    announcer.announce([gapAt(4, 'paused'), gapAt(6, 'paused')]);
    control.isDown = false;
    await announcer.idle();
    assert.deepEqual([...new Set(await published())], ['0+1 spool-full', '1+3 spool-full', '4+1 paused', '6+1 paused']);
  });

  it('has nothing to wait for where nothing was announced, and again after all was', async () => {
    const { announcer } = open();
    await announcer.idle();
    announcer.announce([gapAt(0)]);
    await announcer.idle();
    announcer.announce([gapAt(1)]);
    await announcer.idle();
    assert.deepEqual(await published(), ['0+1 spool-full', '1+1 spool-full']);
  });

  it('gives up when the worker closes', async () => {
    const { announcer, control, closing } = open();
    control.isDown = true;
    announcer.announce([gapAt(0)]);
    await control.failures.reached(1);
    closing.abort();
    await assert.rejects(announcer.idle());
  });
});
