import {
  afterFailure,
  afterNothingLearnt,
  BREAKER_POLICY,
  CLOSED,
  mayProbe,
  refuses,
  withProbe,
  type BreakerPolicy,
  type BreakerState,
} from './breaker-state.js';
import { failureKindOf } from './failure-kind.js';

/** How a call through a breaker ended. */
export type Passage<T> =
  | { kind: 'passed'; value: T }
  /** `isFinal` where it was the last of the tries that a denial is worth. */
  | { kind: 'failed'; failure: unknown; isFinal: boolean }
  /** Not made: the destination has said often enough that it will not. */
  | { kind: 'refused'; failure: unknown }
  /** Not made: the caller did not want to wait any longer. */
  | { kind: 'left'; failure: unknown };

export interface Wait {
  /** Rejects a call that waits, with the reason of the signal. */
  signal: AbortSignal;
  /** How long the call may wait; 0 makes it only where it need not wait. */
  leaveInMs: number;
}

/**
 * Stands in front of one destination. While that works, calls go through as they come. While it does not, they wait in
 * the order of their coming, and one at a time is let through to see; the first success lets all through at once. So an
 * outage is one loop of tries, however much waits, and costs no frame a failure of its own.
 */
export interface Breaker {
  readonly name: string;
  /** 0 where it is closed. */
  readonly openForMs: number;
  pass<T>(work: () => Promise<T>, wait: Wait): Promise<Passage<T>>;
}

interface Waiter {
  decide(entry: Entry): void;
}

type Entry = 'call' | 'probe' | 'refused' | 'left';

interface BreakerStart {
  name: string;
  policy?: Partial<BreakerPolicy>;
  /** Told when it opens, with the failure that opened it, and when it closes. */
  onChange?: (isOpen: boolean, failure: unknown) => void;
}

const nowMs = (): number => performance.now();

export function createBreaker({ name, policy: change, onChange = () => undefined }: BreakerStart): Breaker {
  const policy = { ...BREAKER_POLICY, ...change };
  const waiters = new Set<Waiter>();
  let state: BreakerState = CLOSED;
  let lastFailure: unknown;
  let timer: NodeJS.Timeout | undefined;

  return {
    name,
    get openForMs() {
      return state.kind === 'open' ? nowMs() - state.sinceMs : 0;
    },
    async pass(work, wait) {
      wait.signal.throwIfAborted();
      const entry = await enter(wait);
      if (entry === 'refused' || entry === 'left') return { kind: entry, failure: lastFailure };
      return call(work, { isProbe: entry === 'probe' });
    },
  };

  async function call<T>(work: () => Promise<T>, { isProbe }: { isProbe: boolean }): Promise<Passage<T>> {
    try {
      const value = await work();
      become(CLOSED);
      return { kind: 'passed', value };
    } catch (failure) {
      const kind = failureKindOf(failure);
      if (kind === 'outage' || kind === 'denied') {
        lastFailure = failure;
        become(afterFailure(state, { trouble: kind, isProbe, nowMs: nowMs(), random: Math.random() }, policy));
      } else if (isProbe) {
        become(afterNothingLearnt(state, nowMs()));
      }
      return { kind: 'failed', failure, isFinal: kind === 'denied' && refuses(state, policy) };
    }
  }

  function enter({ signal, leaveInMs }: Wait): Entry | Promise<Entry> {
    if (state.kind === 'closed') return 'call';
    if (mayProbe(state, nowMs())) return probe();
    if (refuses(state, policy)) return 'refused';
    if (leaveInMs <= 0) return 'left';
    return new Promise((resolve, reject) => {
      const leave = setTimeout(() => waiter.decide('left'), Math.min(leaveInMs, LONGEST_TIMER_MS)).unref();
      const end = (): void => {
        clearTimeout(leave);
        waiters.delete(waiter);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        end();
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        decide(entry) {
          end();
          resolve(entry);
        },
      };
      waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  function probe(): 'probe' {
    state = withProbe(state);
    return 'probe';
  }

  function become(next: BreakerState): void {
    const wasOpen = state.kind === 'open';
    state = next;
    if (wasOpen !== (state.kind === 'open')) onChange(!wasOpen, lastFailure);
    clearTimeout(timer);
    if (state.kind === 'closed') return decideAll('call');
    if (refuses(state, policy)) return decideAll('refused');
    if (!state.isProbing) timer = setTimeout(sendProbe, Math.max(0, state.probeAtMs - nowMs())).unref();
  }

  /** Timers may come a little early; then the next one is due in a moment. */
  function sendProbe(): void {
    const [first] = waiters;
    if (!first) return; // The next call that comes is the probe.
    if (mayProbe(state, nowMs())) first.decide(probe());
    else if (state.kind === 'open' && !state.isProbing) timer = setTimeout(sendProbe, 1).unref();
  }

  function decideAll(entry: Entry): void {
    for (const waiter of waiters) waiter.decide(entry);
  }
}

/** A longer one fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
