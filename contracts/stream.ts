import { z } from 'zod';
import { fault, type ErrorCode, type Problem } from './errors.js';
import { canonicalJson } from './json-of.js';
import { fields, name, parseRequest, show, tenantName } from './request.js';
import { withoutDefaults } from './without-defaults.js';

export const MIN_EVERY_MS = 100;
export const MAX_EVERY_MS = 3_600_000;
export const SOURCE_SCHEMES = ['rtmp', 'rtmps', 'http', 'https', 'rtsp', 'rtsps', 'file'] as const;
export const DEFAULT_STALL_MS = 10_000;
const MAX_URL_LENGTH = 2048;
/** The URL parser forgives spaces and line ends by dropping them; ffmpeg gets the text as it is. */
const UNESCAPED = /^[^\s\p{Cc}]+$/u;

/** What a stream captures at each risk level unless it brings its own rates. */
export const DEFAULT_RATES: Readonly<Record<string, number>> = { low: 5000, medium: 2000, high: 1000, critical: 250 };

const everyMs = z
  .int('expected a whole number of milliseconds')
  .min(MIN_EVERY_MS, `expected at least ${MIN_EVERY_MS} ms`)
  .max(MAX_EVERY_MS, `expected at most ${MAX_EVERY_MS} ms`);
const side = z
  .int('expected whole pixels')
  .min(16, 'expected 16 to 4096 pixels a side')
  .max(4096, 'expected 16 to 4096 pixels a side');
const EVERY_EXPECTED = 'expected a whole number of milliseconds, or one for each risk level';
const level = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a lower-case word');
const rates = z
  .record(level, everyMs)
  .refine((record) => Object.keys(record).length > 0, 'expected a rate for at least one risk level');

export const sizeSchema = fields({ width: side, height: side });
export type Size = z.infer<typeof sizeSchema>;

export const captureSchema = fields({
  /** Milliseconds between slots, or one interval for each risk level. */
  everyMs: z.union([everyMs, rates], EVERY_EXPECTED).optional(),
  /** The level whose interval applies at the start; needed unless `everyMs` is a number. */
  risk: level.optional(),
  /** Variants that are stored beside the frame in the source's own size: fitted, padded, never stretched. */
  sizes: z.array(sizeSchema).max(4, 'expected at most 4 sizes').default([]),
  /** JPEG quality, 1 to 100. */
  quality: z.int().min(1).max(100).default(80),
});

export const streamRequestSchema = fields({
  streamId: name,
  tenant: tenantName,
  source: fields({
    url: z.string(),
    /** Silence after which the source is taken for stalled, milliseconds. */
    stallMs: z.int().min(1000).max(600_000).default(DEFAULT_STALL_MS),
    /** How long a session waits for its source to come back, milliseconds. */
    reconnectWindowMs: z.int().min(0).max(1_800_000).default(60_000),
  }),
  capture: captureSchema.default({ sizes: [], quality: 80 }),
  /**
   * How long one host captures before the stream is relayed, milliseconds, less up to a tenth. A relay costs about 50
   * history events, so that at 4 h an hour of a stream costs less than 15.
   */
  segmentMs: z.int().min(5000).max(86_400_000).default(14_400_000),
});

/** What a caller writes, with every default left out or not. */
export type StreamRequest = z.input<typeof streamRequestSchema>;
/** The same, checked and complete. */
export type StreamSettings = z.output<typeof streamRequestSchema>;

export const policyChangeSchema = fields({
  everyMs: everyMs.optional(),
  risk: level.optional(),
  paused: z.boolean().optional(),
});
/** What may change while a stream is captured. */
export type PolicyChange = z.infer<typeof policyChangeSchema>;

/** The capture policy in force; `revision` counts the changes since the stream was started. */
export interface Policy {
  revision: number;
  everyMs: number;
  risk?: string;
  isPaused: boolean;
}

export interface AppliedPolicy extends Policy {
  /** The first slot of the new grid; null where no picture has come yet, and the policy holds from the first one. */
  fromSlotMs: number | null;
}

export function parseStreamRequest(input: unknown): StreamSettings {
  const settings = parseRequest(streamRequestSchema, input, codeOf);
  assertSourceUrl(settings.source.url);
  initialPolicy(settings);
  return settings;
}

const DEFAULTS = streamRequestSchema.parse({ streamId: 'any', source: { url: '' } });

/** Whether two streams are asked for the same, in whatever order, and whichever release has filled in the defaults. */
export const isSameStream = (one: StreamSettings, other: StreamSettings): boolean =>
  canonicalJson(withoutDefaults(one, DEFAULTS)) === canonicalJson(withoutDefaults(other, DEFAULTS));

export const parsePolicyChange = (input: unknown): PolicyChange => parseRequest(policyChangeSchema, input, codeOf);

export const ratesOf = ({ capture }: StreamSettings): Record<string, number> =>
  typeof capture.everyMs === 'object' ? capture.everyMs : DEFAULT_RATES;

export function initialPolicy(settings: StreamSettings): Policy {
  const { everyMs, risk } = settings.capture;
  const first: Policy = { revision: 0, everyMs: typeof everyMs === 'number' ? everyMs : 0, isPaused: false };
  if (risk !== undefined) {
    const change = typeof everyMs === 'number' ? { risk, everyMs } : { risk };
    return { ...policyAfter(first, { change, settings }), revision: 0 };
  }
  if (typeof everyMs === 'number') return first;
  throw fault('request-invalid', 'capture needs an interval ("everyMs") or a risk level ("risk")');
}

/** The policy after a change, which is the last word: a level sets its rate, a rate holds until the next level. */
export function policyAfter(
  policy: Policy,
  { change, settings }: { change: PolicyChange; settings: StreamSettings },
): Policy {
  const next = { ...policy, revision: policy.revision + 1 };
  if (change.risk !== undefined) {
    const rates = ratesOf(settings);
    const rate = Object.hasOwn(rates, change.risk) ? rates[change.risk] : undefined;
    if (rate === undefined) {
      throw fault(
        'risk-level-unknown',
        `no rate for risk level "${change.risk}": expected one of ${Object.keys(rates).join(', ')}`,
      );
    }
    next.risk = change.risk;
    next.everyMs = rate;
  }
  if (change.everyMs !== undefined) next.everyMs = change.everyMs;
  if (change.paused !== undefined) next.isPaused = change.paused;
  return next;
}

function codeOf(path: string): ErrorCode {
  if (path === 'streamId' || path === 'tenant') return 'stream-id-invalid';
  if (path.includes('everyMs')) return 'interval-out-of-range';
  if (path.includes('sizes')) return 'size-out-of-range';
  return path === 'source.url' ? 'source-url-invalid' : 'request-invalid';
}

function assertSourceUrl(text: string): void {
  const isUsable = text.length <= MAX_URL_LENGTH && UNESCAPED.test(text) && URL.canParse(text);
  if (!isUsable)
    throw fault(
      'source-url-invalid',
      `source is no URL of at most ${MAX_URL_LENGTH} characters without spaces: ${show(text)}; expected an absolute one, with a scheme, a host and a path`,
    );
  const url = new URL(text);
  const scheme = url.protocol.slice(0, -1);
  if (!SOURCE_SCHEMES.some((known) => known === scheme)) {
    throw fault(
      'source-scheme-unsupported',
      `source scheme "${scheme}" is not supported: expected one of ${SOURCE_SCHEMES.join(', ')}`,
    );
  }
  if (scheme !== 'file' && !url.hostname)
    throw fault('source-url-invalid', `source has no host: ${show(text)}; expected one after "${scheme}://"`);
}

export type StreamPhase = 'waiting' | 'capturing' | 'interrupted' | 'ended';

/** What the query `streamState` answers. */
export interface StreamState {
  tenant: string;
  streamId: string;
  sessionId: string;
  phase: StreamPhase;
  /** Redacted. */
  source: string;
  capture: StreamSettings['capture'];
  policy: Policy;
  /** What the running capture has confirmed; missing until it has. */
  applied?: AppliedPolicy;
  epoch: number;
  host?: string;
  startedAtMs: number;
  firstSlotMs?: number;
  problem?: Problem;
  interruptions: number;
}
