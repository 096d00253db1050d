import type { ErrorCode } from '../../contracts/errors.js';

/** Sizes that ffmpeg has refused: its words for pictures beyond what it could ever hold are others. */
export const TOO_LARGE =
  /exceeds? specified max pixel count|Picture size \d{4,}x\d{4,} is invalid|Number of streams exceeds max_streams/i;

const INPUT_FAULTS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/No space left on device/i, 'scratch-full'],
  [/moov atom not found|partial file/i, 'input-truncated'],
  [TOO_LARGE, 'input-too-large'],
  [/Decoder \(codec [^)]*\) not found|no decoder found for|Unsupported codec/i, 'input-unsupported'],
  [/Invalid data found when processing input|Format not on whitelist/i, 'input-not-media'],
];

/** What the lines of ffmpeg or ffprobe say that no attempt can change. */
export const inputFaultOf = (lines: readonly string[]): ErrorCode | undefined =>
  INPUT_FAULTS.find(([pattern]) => lines.some((line) => pattern.test(line)))?.[1];
