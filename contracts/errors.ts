import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { redact } from './redact.js';

export type Fault = 'input' | 'source' | 'destination' | 'internal';

interface CatalogueEntry {
  /** Whether the same request may succeed later without a change. */
  retryable: boolean;
  fault: Fault;
  meaning: string;
  action: string;
}

/** Every failure that Reelay reports. `docs/failures.md` lists the same codes; a test compares the two. */
export const ERRORS = {
  'request-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'a request has a missing or wrongly typed field',
    action: 'correct the field that the message names',
  },
  'stream-id-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'a stream or tenant id has characters that cannot be part of a key',
    action: 'use 1 to 100 letters, digits, dot, underscore or hyphen',
  },
  'interval-out-of-range': {
    retryable: false,
    fault: 'input',
    meaning: 'the capture interval is under 100 ms, over 1 h, or no whole number of milliseconds',
    action: 'choose an interval from 100ms to 1h',
  },
  'size-out-of-range': {
    retryable: false,
    fault: 'input',
    meaning: 'a variant is under 16 or over 4096 pixels on a side, or there are too many',
    action: 'choose up to 4 sizes from 16x16 to 4096x4096',
  },
  'risk-level-unknown': {
    retryable: false,
    fault: 'input',
    meaning: 'the stream has no rate for that risk level',
    action: 'use one of the levels that the stream was started with',
  },
  'stream-conflict': {
    retryable: false,
    fault: 'input',
    meaning: 'the stream already runs with other settings',
    action: 'stop it first, or change its rate instead of starting it again',
  },
  'stream-not-found': {
    retryable: false,
    fault: 'input',
    meaning: 'no such stream runs, or its history has passed retention',
    action: 'check the id and tenant with `reelay stream list`',
  },
  'source-url-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'the source is no URL, has no host, or is too long',
    action: 'give an absolute URL such as rtmp://host/app/key',
  },
  'source-scheme-unsupported': {
    retryable: false,
    fault: 'input',
    meaning: 'the source has a scheme that Reelay does not pull',
    action: 'use rtmp, rtmps, http, https, rtsp or rtsps',
  },
  'source-address-forbidden': {
    retryable: false,
    fault: 'input',
    meaning: 'the source resolves to an address inside the network',
    action: 'use a public source, or allow private sources in the configuration',
  },
  'source-unreachable': {
    retryable: true,
    fault: 'source',
    meaning: 'no connection to the source',
    action: 'check that the source is up; Reelay retries inside the reconnect window',
  },
  'source-not-found': {
    retryable: true,
    fault: 'source',
    meaning: 'the source server answers, but has no such stream',
    action: 'check the path; Reelay retries inside the reconnect window, since a stream may be published later',
  },
  'source-refused': {
    retryable: false,
    fault: 'source',
    meaning: 'the source server denies access',
    action: 'check the credentials in the URL',
  },
  'source-not-media': {
    retryable: false,
    fault: 'source',
    meaning: 'what the source sends is no video container that ffmpeg knows',
    action: 'give the address of a stream, not of a page',
  },
  'source-no-video': {
    retryable: true,
    fault: 'source',
    meaning: 'the source sends audio only',
    action: 'publish a video track; Reelay retries inside the reconnect window, since video may come late',
  },
  'source-codec-unsupported': {
    retryable: false,
    fault: 'source',
    meaning: 'ffmpeg cannot decode the video codec of the source',
    action: 'publish H.264, or install an ffmpeg that knows the codec',
  },
  'source-silent': {
    retryable: true,
    fault: 'source',
    meaning: 'the source is connected but sends no picture',
    action: 'check the encoder; Reelay reconnects inside the reconnect window',
  },
  'source-stalled': {
    retryable: true,
    fault: 'source',
    meaning: 'the source stopped sending pictures',
    action: 'check the encoder and network; Reelay reconnects inside the reconnect window',
  },
  'source-ended': {
    retryable: true,
    fault: 'source',
    meaning: 'the source closed the stream',
    action: 'nothing, when the broadcast is over; Reelay reconnects inside the reconnect window',
  },
  'source-failed': {
    retryable: true,
    fault: 'source',
    meaning: 'ffmpeg stopped for a reason that is not in this list',
    action: 'run the ffmpeg line of the message by hand',
  },
  'capture-not-found': {
    retryable: false,
    fault: 'internal',
    meaning: 'the host no longer runs this capture',
    action: 'nothing: the stream workflow starts it again',
  },
  'ffmpeg-missing': {
    retryable: false,
    fault: 'internal',
    meaning: 'no usable ffmpeg on this host',
    action: 'install ffmpeg 5.1 or later, or set REELAY_FFMPEG',
  },
  'store-unreachable': {
    retryable: true,
    fault: 'destination',
    meaning: 'the object store does not answer',
    action: 'check the store; frames wait in the spool',
  },
  'store-denied': {
    retryable: false,
    fault: 'destination',
    meaning: 'the object store denies access, or the bucket does not exist',
    action: 'check credentials, bucket and policy',
  },
  'events-unreachable': {
    retryable: true,
    fault: 'destination',
    meaning: 'the event log does not answer',
    action: 'check the brokers; frames wait in the spool',
  },
  'events-denied': {
    retryable: false,
    fault: 'destination',
    meaning: 'the event log rejects the record, or the topic does not exist',
    action: 'create the topic and grant write access',
  },
  'temporal-unreachable': {
    retryable: true,
    fault: 'destination',
    meaning: 'the Temporal server does not answer',
    action: 'check TEMPORAL_ADDRESS and the server',
  },
  'worker-missing': {
    retryable: true,
    fault: 'internal',
    meaning: 'no worker answers for the stream',
    action: 'start `reelay worker`',
  },
  'spool-unusable': {
    retryable: false,
    fault: 'internal',
    meaning: 'the spool folder is missing, read-only or owned by another worker',
    action: 'set REELAY_SPOOL_DIR to a writable folder of this worker alone',
  },
  'config-invalid': {
    retryable: false,
    fault: 'input',
    meaning: 'the configuration has faults',
    action: 'correct every variable that the message lists',
  },
  'stack-failed': {
    retryable: true,
    fault: 'internal',
    meaning: 'a server of the local stack did not start',
    action: 'read the log that the message names',
  },
  'tool-missing': {
    retryable: false,
    fault: 'internal',
    meaning: 'a program that the local stack needs can be neither found nor built',
    action: 'install what the message names',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

export interface FaultDetails {
  /** The line to reproduce the failure by hand, redacted. */
  command?: string;
  /** The last lines of the failing process, redacted. */
  tail?: string[];
}

/** The only place that makes an ApplicationFailure: its type is the code, its message and details are redacted. */
export function fault(
  code: ErrorCode,
  message: string,
  { cause, ...details }: FaultDetails & { cause?: unknown } = {},
): ApplicationFailure {
  const redacted: FaultDetails = {
    ...(details.command === undefined ? {} : { command: redact(details.command) }),
    ...(details.tail === undefined ? {} : { tail: details.tail.map(redact) }),
  };
  return ApplicationFailure.create({
    type: code,
    message: redact(message),
    nonRetryable: !ERRORS[code].retryable,
    details: Object.keys(redacted).length > 0 ? [redacted] : [],
    ...(cause instanceof Error ? { cause: redactedCause(cause) } : {}),
  });
}

/** Causes are kept in workflow histories with their messages and stacks, so they pass the same function. */
function redactedCause(cause: Error): Error {
  if (cause instanceof TemporalFailure) return cause;
  const copy = new Error(
    redact(cause.message),
    cause.cause instanceof Error ? { cause: redactedCause(cause.cause) } : {},
  );
  copy.name = cause.name;
  if (cause.stack !== undefined) copy.stack = redact(cause.stack);
  return Object.assign(copy, wordsOf(cause));
}

/** Short words by which libraries tell their errors apart, such as `type` or `code`; a word holds no secret. */
const wordsOf = (error: Error): object =>
  Object.fromEntries(
    Object.entries(error).filter(([, value]) => typeof value === 'string' && /^[A-Z_]{1,40}$/.test(value)),
  );

export const isErrorCode = (text: unknown): text is ErrorCode =>
  typeof text === 'string' && Object.hasOwn(ERRORS, text);

/** What went wrong, as states, events and the command line show it. */
export interface Problem extends FaultDetails {
  code: ErrorCode;
  message: string;
}

/** The outermost catalogued failure of a chain of causes, or undefined where none is catalogued. */
export function problemOf(error: unknown): Problem | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && isErrorCode(at.type)) {
      return { code: at.type, message: at.message, ...(at.details?.[0] as FaultDetails | undefined) };
    }
  }
  return undefined;
}
