import type { ActivityOptions } from '@temporalio/workflow';
import { ERRORS, type ErrorCode } from '../contracts/errors.js';

/** Every time limit and retry of the workflows, with its reason. */

/** A capture is bounded by its segment; its faults are handled inside, so a retry means that its host was lost. */
export const CAPTURE = {
  /** The slow, certain sign of a lost host below its lease; a server that is away for minutes must not end a capture. */
  heartbeatTimeout: '5m',
  /** Longer than any segment, the wait for a host with room for its successor, and its last deliveries. */
  startToCloseTimeout: '3 days',
  /** What it delivers and accounts for last must be in before the next segment begins or the session is sealed. */
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: {
    /** The attempt counter never resets, so the wait must not grow with it. */
    initialInterval: '1s',
    backoffCoefficient: 1.2,
    maximumInterval: '10s',
    /** The reconnect window was the time to try again. */
    nonRetryableErrorTypes: Object.entries(ERRORS).flatMap(([code, { fault }]) => (fault === 'source' ? [code] : [])),
  },
} as const satisfies ActivityOptions;

/** A message to a running capture: the host answers at once, or it is gone and tells the stream when it is back. */
export const HOST_MESSAGE = {
  scheduleToStartTimeout: '5s',
  startToCloseTimeout: '5s',
  retry: { initialInterval: '200ms', maximumAttempts: 3 },
} as const satisfies ActivityOptions;

/** A successor may have to look through the store for what a lost segment has stored. */
export const HOST_BEGIN = {
  scheduleToStartTimeout: '5s',
  startToCloseTimeout: '20s',
  retry: { initialInterval: '200ms', maximumAttempts: 2 },
} as const satisfies ActivityOptions;

/** The lease of a host lasts as long as its process; that it is not renewed is its end. */
export const HOST_LEASE = {
  scheduleToStartTimeout: '10s',
  startToCloseTimeout: '3650 days',
  retry: { maximumAttempts: 1 },
} as const satisfies ActivityOptions;

/** A living host answers in milliseconds; with the lease of 3 s a lost one is known after 4.5 s at most. */
export const HOST_CALL = {
  scheduleToCloseTimeout: '1500ms',
  retry: { maximumAttempts: 1 },
} as const satisfies ActivityOptions;

/**
 * How long a stream that nobody captures waits for a host to take its successor, doubled with each try: a frozen host
 * may have been given it.
 */
export const SUCCESSOR_TAKEN_WITHIN_MS = 2000;
export const SUCCESSOR_TAKEN_AT_MOST_MS = 300_000;

/** The index of streams is a little behind: those that it did not have yet are told then. */
export const HOST_LOST_AGAIN_AFTER = '5s';

/** Streams that are not told wait for the heartbeats of their captures. */
export const HOST_LOST = {
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '2s' },
} as const satisfies ActivityOptions;

/** Events and ledgers must get through: the stream stays open, and visibly so, until they do. */
export const RECORD = {
  startToCloseTimeout: '60s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
} as const satisfies ActivityOptions;

/** A stretch of a redrive, which ends by itself. */
export const REDRIVE = {
  /** It beats with each letter and each failed try, and one try of a store that is silent takes up to 20 s. */
  heartbeatTimeout: '30s',
  /** A topic may take hours to read; heartbeats tell that it goes on. */
  startToCloseTimeout: '24h',
  /** What it has done by then is part of the account. */
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  /** Until the destinations are back: the redrive stays open, and visibly so. */
  retry: { initialInterval: '1s', maximumInterval: '60s' },
} as const satisfies ActivityOptions;

/** The same on the one host that has the bytes: where it is away its letters stay open. */
export const HOST_REDRIVE = {
  ...REDRIVE,
  scheduleToStartTimeout: '10s',
  retry: { ...REDRIVE.retry, maximumAttempts: 5 },
} as const satisfies ActivityOptions;

/** A look through a prefix of the store; what it has started by the time of a failure has a task, and is passed over. */
export const WATCH = {
  heartbeatTimeout: '60s',
  startToCloseTimeout: '2h',
  retry: { initialInterval: '1s', maximumInterval: '60s', maximumAttempts: 10 },
} as const satisfies ActivityOptions;

/** Letters that one activity sends again at the most: it reads the topic twice, however many they are. */
export const LETTERS_IN_STRETCH = 50_000;

/** How long a stream that is to stop waits for a host to take its segment; after that the segment is cancelled. */
export const ATTACH_WITHIN = '10s';
/** How long a cancelled segment may take before the session is sealed without it. */
export const CANCEL_WITHIN = '60s';
/** A rate change is answered by then, applied or not. */
export const APPLY_WITHIN = '10s';
/** Well under the server's limit, so that a history stays quick to read. */
export const CONTINUE_AFTER_EVENTS = 2000;

/** What a piece of a transcode may fail with and be made again; anything else that may pass is retried by the server. */
export const PIECE_FAULTS = [
  'encode-failed',
  'encode-stalled',
  'output-unproven',
  'input-unreachable',
  'input-too-slow',
  'scratch-full',
] as const satisfies ErrorCode[];
/** How often a piece that failed by itself is made before its task fails. */
export const PIECE_TRIES = 3;

/** A piece of a transcode beats while it waits, fetches, encodes and stores; lost workers and stores that are away cost no try. */
export const PIECE = {
  /** A lost worker is noticed by then. */
  heartbeatTimeout: '10s',
  /** The longest file that one process converts. */
  startToCloseTimeout: '12h',
  /** Longer than any outage that is not a decision. */
  scheduleToCloseTimeout: '3 days',
  /** Its ffmpeg is gone before the task says that it is cancelled. */
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', maximumInterval: '20s', nonRetryableErrorTypes: [...PIECE_FAULTS] },
} as const satisfies ActivityOptions;

/** Chunks of one task that are under way at once: enough that several hosts help, few enough that other tasks get a turn. */
export const CHUNKS_AT_ONCE = 4;
/**
 * What a crash may cost is one chunk; chunks of half the length cost some 4 % more processor time, in starts of ffmpeg and
 * proofs of joints (bench/transcode.ts).
 */
export const CHUNK_MS = 60_000;
/** Events of progress are at least this far apart. */
export const PROGRESS_EVERY_MS = 10_000;

/** A callback is tried for a day, as those who take them expect. */
export const CALLBACK = {
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '1s', maximumInterval: '15m' },
} as const satisfies ActivityOptions;

/** A round of the janitor beats with each task that it looks at. */
export const CLEAN = {
  heartbeatTimeout: '2m',
  startToCloseTimeout: '50m',
  retry: { initialInterval: '10s', maximumAttempts: 3 },
} as const satisfies ActivityOptions;
