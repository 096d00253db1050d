import { parseDuration } from './duration.js';

/** An ISO 8601 time, or a duration ago such as `10m`, as Unix milliseconds; undefined for anything else. */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return nowMs - agoMs;
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
