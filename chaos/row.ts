import { formatDuration } from '../contracts/duration.js';
import type { FaultMode } from '../dev/fault-mode.js';
import type { ClipOptions } from '../dev/clip.js';
import type { GapReason } from '../contracts/ledger.js';
import type { TranscodePhase } from '../contracts/transcode.js';
import type { LiveStreamInput } from '../workflows/live-stream.js';

/** One line of the fault table, as data: what is started, what is done to it, and what must come of it. */
export interface Row {
  name: string;
  /** What is done, in a few words for the table; `%` stands for how long, or how often. */
  fault: string;
  /** What `%` stands for. */
  extent?: { for: FaultSpan } | { times: FaultSpan };
  /** Capture workers; each has a host name, a spool and proxies of its own. */
  workers: 1 | 2;
  everyMs: number;
  /** Where it matters how many there are; else as many as the command says. */
  streams?: number;
  stream?: Omit<LiveStreamInput, 'streamId' | 'capture' | 'source'> & {
    source?: { reconnectWindowMs?: number; stallMs?: number };
  };
  /** Where workers keep their spool: a folder, or a file system of its own of this size, which can be full or read-only. */
  spoolBytes?: number;
  /** A second store: a folder, or a bucket of the same server, which fails with the first. */
  backup?: 'folder' | 'bucket';
  /** Workers see a wall clock that can be set. */
  hasClock?: boolean;
  /** Workers are of the release before this one, until a step upgrades them. */
  startsWithPrevious?: true;
  /** A transcode of so many seconds of video is under way beside the streams, on a worker of its own. */
  taskSeconds?: number;
  /**
   * Another namespace of Temporal on the same store and topics, with a worker of its own for everything. As many streams
   * run there, the first of them under an id that is in both; so does the task.
   */
  hasOtherNamespace?: true;
  /** Done before the streams start, which then are not waited for. */
  before?: readonly FaultStep[];
  steps: readonly FaultStep[];
  expect: Expectation;
}

/** Seconds: of the full table, and of the short one. */
export type FaultSpan = number | { full: number; short: number };

/** `busiest` is the capture worker that holds most streams, `other` the other one; `capture` are both, `all` the workflow worker too. */
export type Target = 'busiest' | 'other' | 'capture' | 'all' | 'workflow' | 'transcode';
export type Service = 'temporal' | 'store' | 'events';
export type ServerName = 'temporal' | 'store' | 'events' | 'rtmp';

export type FaultStep =
  | { do: 'wait'; for: FaultSpan }
  | { do: 'link'; of: readonly Service[]; to: Target; mode: FaultMode }
  | { do: 'signal'; to: Target; signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' }
  /** SIGTERM, wait for the end, start again. */
  | { do: 'restart-worker'; to: Target }
  /** Every worker ends, and only then do those of this release start, on what the others have left. */
  | { do: 'upgrade' }
  /** Waits until the task is that far. */
  | { do: 'task-reaches'; phase: TranscodePhase }
  /** Cancels the task, and waits until it says that it is stopping. */
  | { do: 'cancel-task' }
  /** The work of tasks looks as old as if nobody went on with it, and the janitor of each namespace goes through the store. */
  | { do: 'janitors' }
  | { do: 'kill-ffmpeg'; to: Target }
  | { do: 'server'; server: ServerName; action: 'kill' | 'stop' | 'start' }
  | { do: 'topic'; topic: string; action: 'delete' | 'create' }
  | { do: 'spool'; to: Target; state: 'full' | 'free' | 'read-only' | 'writable' }
  | { do: 'clock'; offsetSeconds: number }
  | { do: 'publishers'; action: 'freeze' | 'thaw' | 'kill' | 'restart' }
  /** Sends another clip; time stamps jump ahead by ten minutes where `jumpAfterSeconds` of it were sent. */
  /** Streams of sources that send no media but whatever harms; nothing is asked of them but to harm no other. */
  | { do: 'hostile-sources' }
  | { do: 'publish'; clip: ClipOptions; jumpAfterSeconds?: number }
  | { do: 'start-again' }
  /** Nothing ends as it should: the session before has no sealed account, only what its segments have written. */
  | { do: 'terminate-and-start' }
  | { do: 'stop-while-starting' }
  | { do: 'rates'; changes: number; withinSeconds: FaultSpan; last: number }
  /** Waits until every stream has been handed over so often. */
  | { do: 'relays'; count: FaultSpan; withinSeconds: FaultSpan }
  /** Waits until every stream is captured again. */
  | { do: 'recover' }
  | { do: 'repeat'; times: FaultSpan; steps: readonly FaultStep[] }
  /** Waits for a time within this, another one at each pass. */
  | { do: 'wait-randomly'; upTo: FaultSpan };

export interface Expectation {
  /** Reasons that gaps may have, and how many seconds of slots each may cost one stream; no other gap is allowed. */
  gaps: Partial<Record<GapReason, FaultSpan>>;
  /** Reasons without which the fault has not happened. */
  mustSee?: readonly GapReason[];
  /** Frames must have gone to the second store. */
  mustUseBackup?: true;
  /** Frames that may end as dead letters, as seconds of slots of one stream; none where missing. */
  deadLetterSeconds?: FaultSpan;
  /** The longest time between two stored slots of a stream; any unless given. */
  unseenSeconds?: FaultSpan;
  /** How the task ends; `succeeded` unless given. One that is cancelled has left no output. */
  task?: 'succeeded' | 'cancelled';
  /** From the fault to the next captured slot of every stream. */
  recoverySeconds: FaultSpan;
  /** Whether that counts from where the fault ends: a source that is away cannot be captured. */
  recoveryFrom?: 'begin' | 'end';
}

export const secondsOf = (span: FaultSpan, isShort: boolean): number =>
  typeof span === 'number' ? span : isShort ? span.short : span.full;

/** The fault in words, as long as it is in the full table or in the short one. */
export function describeFault({ fault, extent }: Pick<Row, 'fault' | 'extent'>, isShort: boolean): string {
  if (extent === undefined) return fault;
  const amount =
    'for' in extent ? formatDuration(secondsOf(extent.for, isShort) * 1000) : String(secondsOf(extent.times, isShort));
  return fault.replace('%', amount);
}
