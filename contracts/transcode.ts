import { z } from 'zod';
import { fault, type ErrorCode, type Problem } from './errors.js';
import { isReserved, type TaskRef } from './ids.js';
import type { TranscodeManifest } from './manifest.js';
import { parametersSchema, parseProfileRef } from './profile.js';
import { fields, name, parseRequest, show, tenantName } from './request.js';

export const INPUT_SCHEMES = ['s3', 'http', 'https', 'file'] as const;
const MAX_URL_LENGTH = 4096;
const UNESCAPED = /^[^\s\p{Cc}]+$/u;
/** The key of an object without a slash at its ends, with nothing in it that a path would take for a step. */
export const PREFIX = /^(?!\.{1,2}(?:\/|$))[\w.!'()*-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.!'()*-]+)*$/;
const prefix = z
  .string()
  .max(500)
  .regex(PREFIX, 'expected a prefix such as movies/42, without a slash at its ends')
  .refine((key) => !isReserved(key), 'expected a prefix that is not kept for Reelay itself');

/** How the streams of a conforming input are treated: copied where they conform, always, or never. */
export const REMUX = ['auto', 'always', 'never'] as const;

const inputFields = fields({
  url: z.string(),
  /** Whether a playlist is taken for the segments that it names; it is unless this says no. */
  playlists: z.boolean().optional(),
});
/** An address by itself stands for an input that says no more. */
export const inputSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { url: value } : value),
  inputFields,
) as unknown as z.ZodType<z.output<typeof inputFields>, z.input<typeof inputFields> | string>;

export const transcodeRequestSchema = fields({
  taskId: name,
  tenant: tenantName,
  input: inputSchema,
  /** `NAME` or `NAME@VERSION`. */
  profile: z.string(),
  parameters: parametersSchema.default({}),
  output: fields({
    /** Where in the store the outputs and their manifest go; `{tenant}/transcodes/{taskId}` unless given. */
    prefix: prefix.optional(),
    /** Beside the original, under a prefix that starts with a dot; the original must be in the store itself. */
    isHidden: z.boolean().default(false),
  }).default({ isHidden: false }),
  remux: z.enum(REMUX).default('auto'),
  /** 0 (whenever there is room) to 100 (before all others). */
  priority: z.int().min(0).max(100).default(50),
  /** A task that is not done this long after its start has expired, milliseconds. */
  deadlineMs: z.int().min(1000).max(2_592_000_000).optional(),
  /** Told of the end, signed with the secret of that name in the configuration of the workers. */
  callback: fields({ url: z.string(), secret: name.optional() }).optional(),
  /** Echoed in every event. */
  labels: z.record(z.string().max(64), z.string().max(256)).default({}),
  /** Compares each rendition with its source by SSIM, and fails a task whose mean is lower. */
  minSsim: z.number().min(0).max(1).optional(),
});

/** What a caller writes, with every default left out or not. */
export type TranscodeRequest = z.input<typeof transcodeRequestSchema>;
/** One whose input is no address alone. */
export type AddressedRequest = Omit<TranscodeRequest, 'input'> & { input: z.input<typeof inputFields> };
/** The same, checked and complete. */
export type TranscodeSettings = z.output<typeof transcodeRequestSchema>;

export function parseTranscodeRequest(input: unknown): TranscodeSettings {
  const settings = parseRequest(transcodeRequestSchema, input, codeOf);
  assertUrl(settings.input.url, { what: 'input', schemes: INPUT_SCHEMES });
  if (settings.callback) assertUrl(settings.callback.url, { what: 'callback', schemes: ['http', 'https'] });
  parseProfileRef(settings.profile);
  return settings;
}

function codeOf(path: string): ErrorCode {
  if (path === 'taskId' || path === 'tenant') return 'task-id-invalid';
  return path === 'input.url' ? 'input-url-invalid' : 'request-invalid';
}

function assertUrl(text: string, { what, schemes }: { what: string; schemes: readonly string[] }): void {
  const isUsable = text.length <= MAX_URL_LENGTH && UNESCAPED.test(text) && URL.canParse(text);
  const url = isUsable ? new URL(text) : undefined;
  const isKnown = url && schemes.some((scheme) => url.protocol === `${scheme}:`);
  if (isKnown && (url.protocol === 'file:' ? url.pathname !== '/' : url.hostname !== '')) return;
  throw fault(
    'input-url-invalid',
    `${what} is not usable: ${show(text)}; expected a URL of at most ${MAX_URL_LENGTH} characters without spaces, with one of the schemes ${schemes.join(', ')}`,
  );
}

export const TRANSCODE_STATUSES = [
  'queued',
  'running',
  'stopping',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const;
export type TranscodeStatus = (typeof TRANSCODE_STATUSES)[number];

export const TRANSCODE_PHASES = ['probe', 'encode', 'assemble', 'publish'] as const;
export type TranscodePhase = (typeof TRANSCODE_PHASES)[number];

/** How far one kind of work is; `reused` are pieces that an earlier attempt or run had finished. */
export interface PieceCounts {
  total: number;
  done: number;
  reused: number;
  running: number;
}

/** What the query `transcodeState` answers. */
export interface TranscodeState extends TaskRef {
  status: TranscodeStatus;
  phase: TranscodePhase;
  /** 0 to 100, of the whole task: pieces that are done, by the share of the work that their kind takes. */
  percent: number;
  /** Redacted. */
  input: string;
  profile: string;
  priority: number;
  labels: Record<string, string>;
  startedAtMs: number;
  endedAtMs?: number;
  /** Milliseconds spent in each phase that is over. */
  phaseMs: Partial<Record<TranscodePhase, number>>;
  /** How the input is treated and why; known after the probe. */
  decision?: Decision;
  /** How long the media is, milliseconds. */
  durationMs?: number;
  pieces: PieceCounts;
  /** Renditions that are published to the store, of those that are asked for. */
  renditions: { name: string; isReady: boolean }[];
  warnings: string[];
  problem?: Problem;
  manifest?: TranscodeManifest;
}

export interface Decision {
  kind: 'copy' | 'repackage' | 'encode';
  /** In words, for people. */
  reason: string;
}
