import { setTimeout as delay } from 'node:timers/promises';

interface Patience {
  withinMs: number;
  everyMs?: number;
  /** What is waited for, as the failure names it. */
  what: string;
}

/** Asks until there is an answer; for things outside this process, which no event announces. */
export async function eventually<Answer>(
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  { withinMs, everyMs = 100, what }: Patience,
): Promise<Answer> {
  for (const endsAt = performance.now() + withinMs; ; await delay(everyMs)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endsAt) throw new Error(`${what}: not within ${withinMs / 1000} s`);
  }
}
