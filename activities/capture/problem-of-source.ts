import { ERRORS, type Problem } from '../../contracts/errors.js';
import { redact } from '../../contracts/redact.js';
import type { StreamSettings } from '../../contracts/stream.js';
import type { SourceEnd } from '../../media/source/picture-source.js';

const TAIL_LINES = 5;

/** What to tell an operator of a pull that failed: what happened, to which source, and how to see it by hand. */
export function problemOfSource(
  { code, tail, command }: Pick<SourceEnd, 'code' | 'tail' | 'command'>,
  { url, stallMs }: StreamSettings['source'],
): Problem {
  const isSilence = code === 'source-stalled' || code === 'source-silent';
  // What ffmpeg says last of a silent source is what it says of being stopped.
  const last = isSilence ? undefined : tail.at(-1);
  const silence = isSilence ? ` for ${stallMs / 1000} s` : '';
  const message = `${redact(url)}: ${ERRORS[code].meaning}${silence}${last ? ` (ffmpeg: ${last})` : ''}; ${ERRORS[code].action}`;
  return { code, message, command, tail: tail.slice(-TAIL_LINES) };
}
