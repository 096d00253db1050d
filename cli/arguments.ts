import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../contracts/duration.js';

/* What the words of a command line stand for; each says what it expects. */

export function toMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('expected a duration such as 250ms, 1s or 5m');
  return ms;
}

export function toMoment(text: string): number {
  const ms = parseMoment(text, Date.now());
  if (ms === undefined)
    throw new InvalidArgumentError('expected a time such as 2026-11-20T18:00:00Z, or a duration ago such as 10m');
  return ms;
}

export function toCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1');
  return Number(text);
}

export function toNumber(text: string): number {
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) throw new InvalidArgumentError('expected a number from 0');
  return Number(text);
}

/** `key=value`, added to those before. */
export function addPair(text: string, pairs: Record<string, string>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('expected KEY=VALUE');
  return { ...pairs, [key]: value };
}

/** An ISO 8601 time, or a duration ago such as `10m`, as Unix milliseconds; undefined for anything else. */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return nowMs - agoMs;
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
