const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

/** How long ago something was, in the largest unit that says enough; the day, from two days on. */
export function ago(atMs: number, nowMs: number): string {
  const ms = Math.max(0, nowMs - atMs);
  if (ms < 2 * MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < 2 * HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
}
