import type { Logger } from 'pino';

/** So often the same trouble is told again, with how often it came meanwhile. */
const TELL_EVERY_MS = 10_000;

/** A log for troubles that come with every frame: the first is told at once, the rest are counted. */
export function createCalmLog(log: Logger) {
  const told = new Map<string, { atMs: number; untold: number }>();
  return {
    warn(code: string, fields: object): void {
      const last = told.get(code);
      if (last && performance.now() - last.atMs < TELL_EVERY_MS) {
        last.untold += 1;
        return;
      }
      log.warn({ code, ...(last?.untold ? { since: last.untold } : {}), ...fields }, 'delivery has trouble');
      told.set(code, { atMs: performance.now(), untold: 0 });
    },
  };
}
