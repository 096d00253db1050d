import { condition, log } from '@temporalio/workflow';
import type { Cut } from '../../contracts/messages.js';
import type { Holder } from '../kit/holder.js';
import { cancelSegment, hostActivities, segmentIdOf, unlessUnanswered } from './hosts.js';
import { CANCEL_WITHIN, HOST_BEGIN } from '../policies.js';
import {
  withSegmentRelieved,
  withSuccessorBegun,
  withSuccessorDropped,
  withSuccessorStarted,
} from '../state/stream-machine.js';
import type { StreamMachine } from '../state/stream-state.js';
import { startChildSegment } from './steps.js';

/** It gets ready beside the segment, on whichever host has room, and publishes nothing until it is told to begin. */
export async function startSuccessor(holder: Holder<StreamMachine>, tries = 0): Promise<void> {
  holder.machine = withSuccessorStarted(holder.machine, tries);
  await startChildSegment(holder.machine, { isSuccessor: true });
}

/** A successor that nobody has taken in time may be in the hands of a frozen host, so another one is tried. */
export async function replaceSuccessor(holder: Holder<StreamMachine>): Promise<void> {
  const tries = (holder.machine.successor?.tries ?? 0) + 1;
  await dropSuccessor(holder);
  await startSuccessor(holder, tries);
}

/**
 * Hands the stream from its segment to the successor. The segment answers where its slots end, which is not before the
 * successor's first picture, and the successor goes on from there with the pictures that it has kept. A segment that
 * does not answer is lost: the successor recovers its account from the store.
 */
export async function relay(holder: Holder<StreamMachine>): Promise<void> {
  const { segment } = holder.machine;
  const cut = await cutSegment(holder);
  if (segment) {
    holder.machine = withSegmentRelieved(holder.machine, cut);
    // Nobody may be there to hear it: then it ends with its heartbeat.
    if (!cut) await cancelSegment(segmentIdOf(holder.machine, segment.epoch));
  }
  await beginSuccessor(holder, { isSeamless: cut !== undefined });
}

async function cutSegment({ machine }: Holder<StreamMachine>): Promise<Cut | undefined> {
  const { segment, successor } = machine;
  if (segment?.host === undefined || segment.isLost || !successor?.ready) return undefined;
  const { cutCapture } = hostActivities(segment.host, `relay: cut segment ${segment.epoch}`);
  const cut = { segmentId: segmentIdOf(machine, segment.epoch), atMs: successor.ready.firstSlotMs };
  return cutCapture(cut).catch(unlessUnanswered);
}

async function beginSuccessor(holder: Holder<StreamMachine>, { isSeamless }: { isSeamless: boolean }): Promise<void> {
  const { successor, predecessor, policy, phase, ending } = holder.machine;
  if (!successor?.ready || !predecessor || ending) return;
  const { beginCapture } = hostActivities(successor.ready.host, `relay: begin segment ${successor.epoch}`, HOST_BEGIN);
  const segmentId = segmentIdOf(holder.machine, successor.epoch);
  const begin = { segmentId, predecessor, policy, isSeamless, isAway: phase !== 'capturing' };
  const applied = await beginCapture(begin).catch(unlessUnanswered);
  if (applied) holder.machine = withSuccessorBegun(holder.machine, applied);
  else await dropSuccessor(holder);
}

export async function dropSuccessor(holder: Holder<StreamMachine>): Promise<void> {
  const { successor } = holder.machine;
  if (!successor) return;
  holder.machine = withSuccessorDropped(holder.machine);
  await cancelSegment(segmentIdOf(holder.machine, successor.epoch));
}

/** A host that is gone does not end its segment, whose heartbeat must run out first; the session is not to wait longer. */
export async function awaitRetiring(holder: Holder<StreamMachine>): Promise<void> {
  if (await condition(() => holder.machine.retiring.length === 0, CANCEL_WITHIN)) return;
  log.warn('relieved segments did not end; the session is sealed without them', { epochs: holder.machine.retiring });
  holder.machine = { ...holder.machine, retiring: [] };
}
