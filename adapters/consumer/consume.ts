import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { defined } from '../../contracts/defined.js';
import { noLog, type Log } from '../log.js';
import { afterFailure, NO_FAILURES } from './after-failure.js';
import { createLanes } from './lanes.js';
import { startTopicRun, type TopicRun } from './topic-run.js';
import type { Consume, ConsumeOptions, GivenUp } from './consumer.js';
import type { LogRecord, RecordLog } from './record-log.js';

const DEFAULT_CONCURRENCY = 8;
const DEFAULT_GRACE_MS = 10_000;
/** What is read and not done: beyond it nothing more is read. */
const MAX_RECORDS = 1000;
const MAX_BYTES = 16 * 1024 * 1024;
const BURY_AGAIN_MS = 1000;

/** What every log has in common: order, bounds, repeats, poison and positions. The log itself only reads and commits. */
export const createConsume =
  (records: RecordLog, log: Log = noLog): Consume =>
  async ({ topics, graceMs = DEFAULT_GRACE_MS, ...options }) => {
    const stopping = new AbortController();
    const runs: TopicRun[] = [];
    const work = startWork({ ...options, log, stop: stopping.signal });
    const { group, partitions, from, epoch } = options;
    const subscription = {
      group,
      from,
      ...defined({ partitions, epoch }),
      signal: stopping.signal,
      records,
      log,
      room: work.room,
      onRecord: work.add,
    };
    const close = async (): Promise<void> => {
      stopping.abort();
      await work.end(graceMs);
      await Promise.all(runs.map((run) => run.close()));
    };
    try {
      for (const topic of topics) runs.push(await startTopicRun({ ...subscription, topic }));
    } catch (error) {
      await close();
      throw error;
    }
    return { positions: () => runs.flatMap((run) => run.positions()), close };
  };

interface WorkStart extends Pick<ConsumeOptions, 'concurrency' | 'handle' | 'poison'> {
  log: Log;
  /** Begins nothing more. */
  stop: AbortSignal;
}

interface Work {
  add(record: LogRecord, onSettled: () => void): void;
  room(): Promise<void>;
  /** Waits for what is under way; what takes longer is left alone, and not settled. */
  end(withinMs: number): Promise<void>;
}

function startWork({ concurrency = DEFAULT_CONCURRENCY, handle, poison, log, stop }: WorkStart): Work {
  const lanes = createLanes<{ record: LogRecord; onSettled(): void }>({ concurrency });
  const leaving = new AbortController();
  const changes = new EventEmitter().setMaxListeners(0);
  let held = { records: 0, bytes: 0 };

  return {
    add(record, onSettled) {
      hold(record, 1);
      lanes.add(laneOf(record), { record, onSettled });
      begin();
    },
    async room() {
      while (!stop.aborted && (held.records >= MAX_RECORDS || held.bytes >= MAX_BYTES)) {
        await once(changes, 'done', { signal: stop }).catch(() => undefined); // nothing more is read then
      }
    },
    async end(withinMs) {
      const over = AbortSignal.timeout(withinMs);
      while (lanes.running > 0 && !over.aborted) {
        await once(changes, 'done', { signal: over }).catch(() => undefined); // left alone
      }
      leaving.abort(new Error('the consumer was closed'));
    },
  };

  function begin(): void {
    while (!stop.aborted) {
      const next = lanes.take();
      if (!next) return;
      const { record, onSettled } = next.thing;
      void settle(record).then((isSettled) => {
        if (isSettled && !leaving.signal.aborted) onSettled();
        hold(record, -1);
        lanes.done(next.key);
        changes.emit('done');
        begin();
      });
    }
  }

  function hold({ key, value }: LogRecord, sign: 1 | -1): void {
    const bytes = (key?.length ?? 0) + (value?.length ?? 0);
    held = { records: held.records + sign, bytes: held.bytes + sign * bytes };
  }

  /** Never rejects; false where the consumer is stopped first. */
  async function settle(record: LogRecord): Promise<boolean> {
    for (let failures = NO_FAILURES; ;) {
      try {
        await handle(record, leaving.signal);
        return true;
      } catch (error) {
        if (stop.aborted) return false;
        const then = afterFailure(error, failures);
        if (then.kind === 'poison') return bury(record, { failure: error, attempts: failures.own + 1 });
        if (failures === NO_FAILURES)
          log('warn', 'a record is handled again', { ...placeOf(record), error: String(error) });
        failures = then.failures;
        if (!(await isStill(then.afterMs))) return false;
      }
    }
  }

  async function bury(record: LogRecord, givenUp: GivenUp): Promise<boolean> {
    for (;;) {
      try {
        await poison(record, givenUp);
        log('warn', 'a record was given up', { ...placeOf(record), error: String(givenUp.failure) });
        return true;
      } catch (error) {
        log('warn', 'a record that was given up is not kept yet', { ...placeOf(record), error: String(error) });
        if (!(await isStill(BURY_AGAIN_MS))) return false;
      }
    }
  }

  /** Waits; false where the consumer is stopped meanwhile: then the record comes again. */
  async function isStill(ms: number): Promise<boolean> {
    return delay(ms, true, { signal: stop }).catch(() => false);
  }
}

const placeOf = ({ topic, partition, offset }: LogRecord) => ({ topic, partition, offset: String(offset) });

const laneOf = ({ topic, partition, key }: LogRecord): string =>
  `${topic}/${partition}${key === null ? '' : `/${key.toString('latin1')}`}`;
