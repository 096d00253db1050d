import { letterIdOf, type FrameLetter } from '../../contracts/frame-letter.js';
import { MAX_INLINE_BYTES } from '../../contracts/letter-fields.js';
import { problemOf } from '../../contracts/errors.js';
import { redact } from '../../contracts/redact.js';
import type { GivenUp } from '../delivery/cemetery.js';
import type { Frame } from '../frames/frame.js';

/** The letter of a frame that was given up for the first time; its bytes are in the spool or in a store. */
export function letterOf(
  frame: Frame,
  { givenUp, host, nowMs }: { givenUp: GivenUp; host: string; nowMs: number },
): FrameLetter {
  const { disposition, stage, failure, attempts, firstFailedAtMs, storedIn } = givenUp;
  const problem = problemOf(failure);
  return {
    letterId: letterIdOf(frame),
    kind: 'frame',
    disposition,
    stage,
    attempts,
    host,
    frame,
    code: problem?.code ?? (stage === 'events' ? 'events-unreachable' : 'store-unreachable'),
    message: redact(problem?.message ?? String(failure)),
    firstFailedAtMs: Math.round(firstFailedAtMs),
    lastFailedAtMs: Math.round(nowMs),
    redrives: 0,
    content: storedIn ? { at: 'store', isBackup: storedIn === 'backup' } : { at: 'spool' },
  };
}

/** The letter as it is sent: with its bytes inside where they are few. */
export function withBytes(letter: FrameLetter, images: readonly Buffer[] | undefined): FrameLetter {
  const sizeBytes = images?.reduce((sum, image) => sum + image.length, 0) ?? Infinity;
  if (!images || letter.content.at !== 'spool' || sizeBytes > MAX_INLINE_BYTES) return letter;
  return { ...letter, content: { at: 'letter', images: images.map((image) => image.toString('base64')) } };
}
