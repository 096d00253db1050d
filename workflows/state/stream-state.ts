import type { Problem } from '../../contracts/errors.js';
import type { StreamEventKind } from '../../contracts/events.js';
import type { EndReason } from '../../contracts/ledger.js';
import type { HostInstance, Predecessor } from '../../contracts/messages.js';
import type { AppliedPolicy, Policy, StreamPhase, StreamSettings } from '../../contracts/stream.js';

/**
 * A live stream's state, without Temporal: the workflow feeds it what happens and carries out what `nextAction` asks
 * for. It is plain data, so continue-as-new carries it whole.
 *
 * A relay: the segment wants one, or its host is lost; a successor is started and gets ready beside it; the segment is
 * cut, the successor begins at the cut, and is the segment from then on. The old one is retiring until it has ended.
 */
export interface StreamMachine {
  settings: StreamSettings;
  sessionId: string;
  startedAtMs: number;
  phase: StreamPhase;
  policy: Policy;
  /** What the running capture confirmed. */
  applied?: AppliedPolicy;
  /** Counts the segments of the session. */
  epoch: number;
  segment?: Segment;
  successor?: Successor;
  /** Epochs of segments that were relieved, and of successors that are not needed, until they have ended. */
  retiring: number[];
  /** The last segment that was relieved or has ended, and where. */
  predecessor?: Predecessor;
  firstSlotMs?: number;
  interruptions: number;
  problem?: Problem;
  announcements: Announcement[];
  /** Why the session is to end; decided once. */
  ending?: EndReason;
}

export interface Segment {
  epoch: number;
  /** Known once the capture runs; unknown again when its host does not answer. */
  host?: string;
  instance?: string;
  /** The newest policy that its capture has. */
  revision: number;
  isAskedToStop: boolean;
  wantsRelay?: true;
  /** Its host's lease has lapsed; a word from it says otherwise. */
  isLost?: true;
}

export interface Successor {
  epoch: number;
  /** Successors before it that no host took. */
  tries: number;
  /** A host has it. */
  isTaken?: true;
  /** Known once it has pictures. */
  ready?: HostInstance & { revision: number; firstSlotMs: number };
  isLost?: true;
}

export interface Announcement {
  kind: StreamEventKind;
  atMs: number;
  occurrence: number;
  everyMs: number;
  epoch: number;
  reason?: string;
}

export type Action =
  | { kind: 'start-segment' }
  | { kind: 'start-successor' }
  | { kind: 'relay' }
  | { kind: 'drop-successor' }
  | { kind: 'push-policy'; host: string }
  | { kind: 'stop-segment' }
  | { kind: 'await-retiring' }
  | { kind: 'finish' }
  | { kind: 'wait' };
