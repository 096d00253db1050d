import type { ErrorCode } from '../../contracts/errors.js';
import type { GapReason } from '../../contracts/ledger.js';

/** What ffmpeg says, in the order in which it decides; found on ffmpeg 5.1 and 7.1. */
const SAYINGS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/Server returned 40[13]|401 Unauthorized|403 Forbidden/i, 'source-refused'],
  [/Server returned 4(?:\d\d|XX)|404 Not Found|StreamNotFound|No such stream/i, 'source-not-found'],
  [
    /Connection refused|timed out|No route to host|Network is unreachable|resolve hostname|Name or service not known|Server returned 5\d\d|5XX|Cannot open connection/i,
    'source-unreachable',
  ],
  [/No such file or directory/i, 'source-not-found'],
  [/matches no streams|does not contain any stream/i, 'source-no-video'],
  [
    /Decoder \(codec .{0,100}\) not found|Video codec \(.{0,100}\) is not implemented|no decoder found|not on whitelist.{0,100}codec|Unknown decoder|Error while opening decoder/i,
    'source-codec-unsupported',
  ],
  [/Could not find codec parameters.{0,200}Video|unspecified size/i, 'source-silent'],
  [/Format not on whitelist|Invalid data found when processing input|moov atom not found/i, 'source-not-media'],
  [/Input\/output error|Connection reset|End of file|Broken pipe/i, 'source-unreachable'],
];

export interface FfmpegEnd {
  /** Lines of level warning and above, oldest first. */
  tail: readonly string[];
  exitCode: number | undefined;
  /** Whether this run delivered a picture: then what it says of its end is no verdict on the source. */
  hadPicture: boolean;
}

/** The catalogued fault behind an end of ffmpeg that nobody asked for. */
export function sourceFault({ tail, exitCode, hadPicture }: FfmpegEnd): ErrorCode {
  if (hadPicture) return 'source-ended';
  const text = tail.join('\n');
  const [, code] = SAYINGS.find(([pattern]) => pattern.test(text)) ?? [];
  return code ?? (exitCode === 0 ? 'source-silent' : 'source-failed');
}

/** Under which reason the slots count that a fault cost. */
export function gapReasonOf(code: ErrorCode): GapReason {
  if (code === 'source-stalled') return 'source-stalled';
  if (code === 'source-no-video' || code === 'source-silent') return 'no-video';
  return isUndecoded(code) ? 'decode-error' : 'source-offline';
}

const isUndecoded = (code: ErrorCode): boolean =>
  code === 'source-codec-unsupported' || code === 'picture-too-large' || code === 'source-failed';
