import type { ErrorCode } from '../../contracts/errors.js';
import { startPull, type Pull, type PullEnd, type PullStart } from './pull.js';
import { sourceFault } from './source-fault.js';

export interface WatchedEnd extends PullEnd {
  /** Why the source gave no more; without meaning where `signal` ended the pull. */
  code: ErrorCode;
}

export interface WatchedPull {
  setGate: Pull['setGate'];
  ended: Promise<WatchedEnd>;
}

interface WatchedStart extends PullStart {
  /** The pull ends at once when this aborts. */
  signal: AbortSignal;
}

/** A pull that ends when no picture came for `intent.stallMs`, whatever ffmpeg thinks of its input. */
export function startWatchedPull({ signal, onPicture, ...start }: WatchedStart): WatchedPull {
  let isStalled = false;
  const pull = startPull({
    ...start,
    onPicture: (picture) => {
      stallTimer.refresh();
      onPicture(picture);
    },
  });
  const stop = (): void => void pull.stop();
  const stallTimer = setTimeout(() => {
    isStalled = true;
    stop();
  }, start.intent.stallMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const ended = pull.ended.then((end) => {
    clearTimeout(stallTimer);
    signal.removeEventListener('abort', stop);
    return { ...end, code: isDropped(end) ? 'picture-too-large' : isStalled ? stallCode(end) : sourceFault(end) };
  });
  return { setGate: (gate) => pull.setGate(gate), ended };
}

/** It had pictures, none of which could be taken. */
const isDropped = ({ isOversize, hadPicture }: PullEnd): boolean => isOversize && !hadPicture;

function stallCode({ hadPicture, isOpen }: PullEnd): ErrorCode {
  if (hadPicture) return 'source-stalled';
  return isOpen ? 'source-silent' : 'source-unreachable';
}
