import type { Logger } from 'pino';
import { problemOf } from '../../contracts/errors.js';
import type { Frame } from '../frames/frame.js';

/** Something failed that is tried again, or accounted for; the frame where it is about one. */
export type OnProblem = (error: unknown, frame?: Frame) => void;

/** What those who run a host are told of its deliveries. */
export interface DeliveryNews {
  onProblem: OnProblem;
  /** A destination is left alone since this failure. */
  onAway(destination: string, failure: unknown): void;
  onBack(destination: string): void;
  /** What an earlier process left in the spool has been delivered, or cannot be. */
  onLeftovers(end: { count: number } | { error: unknown }): void;
}

/** So often the same trouble is told again, with how often it came meanwhile. */
const TELL_EVERY_MS = 10_000;

/** The news as a log. Troubles may come with every frame: the first of a kind is told at once, the rest are counted. */
export function logDeliveryNews(log: Logger): DeliveryNews {
  const told = new Map<string, { atMs: number; untold: number }>();
  return {
    onProblem(error, frame) {
      const code = problemOf(error)?.code ?? 'unknown';
      const last = told.get(code);
      if (last && performance.now() - last.atMs < TELL_EVERY_MS) {
        last.untold += 1;
        return;
      }
      const since = last?.untold ? { since: last.untold } : {};
      log.warn({ code, ...since, ...streamOf(frame), error: String(error) }, 'delivery has trouble');
      told.set(code, { atMs: performance.now(), untold: 0 });
    },
    onAway(destination, failure) {
      log.warn({ destination, error: String(failure) }, 'destination is left alone');
    },
    onBack(destination) {
      log.info({ destination }, 'destination is back');
    },
    onLeftovers(end) {
      if ('error' in end) log.error({ error: String(end.error) }, 'the spool cannot be drained');
      else if (end.count > 0) log.info({ count: end.count }, 'delivered what the spool held');
    },
  };
}

const streamOf = (frame: Frame | undefined): object =>
  frame ? { tenant: frame.session.tenant, streamId: frame.session.streamId, slotMs: frame.slotMs } : {};
