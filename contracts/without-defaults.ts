import { canonicalJson } from './json-of.js';

/** What is said besides the defaults: a field that is added later, with a default, changes nothing of it. */
export function withoutDefaults(said: object, defaults: object): object {
  const known = defaults as Record<string, unknown>;
  const differing = Object.entries(said).filter(([name, value]) => canonicalJson(value) !== canonicalJson(known[name]));
  return Object.fromEntries(differing.map(([name, value]) => [name, inner(value, known[name])]));
}

const inner = (value: unknown, known: unknown): unknown =>
  isRecord(value) && isRecord(known) ? withoutDefaults(value, known) : value;

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
