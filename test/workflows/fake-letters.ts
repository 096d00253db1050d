import { CancelledFailure, Context, heartbeat } from '@temporalio/activity';
import type { DeadLetterActivities, SpooledLetterActivities } from '../../activities/index.js';
import { NO_TALLY, type RedriveStretch, type StretchResult } from '../../contracts/redrive.js';

/** Letters that are counted and no more: so many with their bytes, and so many on each host. */
export interface FakeLetters {
  open: number;
  parked: number;
  onHosts: Record<string, number>;
  /** Letters that name hosts which do not run. */
  onAbsentHosts?: Record<string, number>;
  stretches: RedriveStretch[];
  /** Makes each stretch wait until it is cancelled, after this many letters. */
  hangsAfter?: number;
  activities: DeadLetterActivities;
  host(name: string): SpooledLetterActivities;
}

export function fakeLetters(
  start: Partial<Pick<FakeLetters, 'open' | 'parked' | 'onHosts' | 'onAbsentHosts' | 'hangsAfter'>>,
): FakeLetters {
  const letters: FakeLetters = {
    open: 0,
    parked: 0,
    onHosts: {},
    stretches: [],
    ...start,
    activities: {
      async redriveLetters(stretch) {
        letters.stretches.push(stretch);
        const stored = Math.min(letters.open, stretch.limit, letters.hangsAfter ?? Infinity);
        letters.open -= stored;
        const result = resultOf(stored, letters.open);
        if (letters.hangsAfter !== undefined) await cancelledWith(result);
        return result;
      },
    },
    host: (name) => ({
      async redriveSpooledLetters({ limit }) {
        const stored = Math.min(letters.onHosts[name] ?? 0, limit);
        const left = (letters.onHosts[name] ?? 0) - stored;
        letters.onHosts = { ...letters.onHosts, [name]: left };
        return resultOf(stored, left);
      },
    }),
  };
  return letters;

  function resultOf(stored: number, left: number): StretchResult {
    const onHosts = Object.fromEntries(Object.entries(letters.onHosts).filter(([, count]) => count > 0));
    const { parked, onAbsentHosts = {} } = letters;
    return { tally: { ...NO_TALLY, stored }, left, parked, onHosts, onAbsentHosts };
  }
}

/** As an activity that stops between letters does; it hears of a cancel by its heartbeats. */
async function cancelledWith(result: StretchResult): Promise<never> {
  const { cancelled } = Context.current();
  const beating = setInterval(() => {
    heartbeat(result.tally);
  }, 100);
  try {
    return await cancelled;
  } catch (error) {
    throw new CancelledFailure((error as Error).message, [result]);
  } finally {
    clearInterval(beating);
  }
}
