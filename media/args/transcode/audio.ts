import type { AudioTrack } from '../../../contracts/plan.js';
import type { Profile } from '../../../contracts/profile.js';
import { AAC_SAMPLES, fileInput, withoutJumps } from './input.js';

export interface AudioIntent {
  file: string;
  track: AudioTrack;
  treatment: 'copy' | 'encode';
  profile: Profile;
  output: string;
}

/** AAC knows these; any other is resampled. */
const RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000];
const OTHER_RATE = 48_000;

/** The whole sound of a file, from time 0. */
export const audioArgs = (intent: AudioIntent): string[] => [
  ...['-copyts', '-threads', '1', '-itsoffset', (-intent.track.startS).toFixed(6), ...fileInput(intent.file)],
  ...['-map', `0:${intent.track.index}`, '-map_metadata', '-1', '-map_chapters', '-1'],
  ...(intent.treatment === 'copy' ? copyArgs(intent.track) : encoderArgs(intent)),
  ...['-movflags', '+faststart', '-f', 'mp4', `file:${intent.output}`],
];

/** Where times are rounded, packets are counted instead: all of them are of one length. */
const copyArgs = ({ hasRoundedTimes, sampleRate }: AudioTrack): string[] => [
  ...['-c:a', 'copy'],
  ...(hasRoundedTimes ? ['-bsf:a', `setts=ts=N*${AAC_SAMPLES}:duration=${AAC_SAMPLES}:time_base=1/${sampleRate}`] : []),
];

function encoderArgs({ track, profile }: AudioIntent): string[] {
  const { bitrateKbps = 128, maxChannels = 2 } = profile.audio ?? {};
  return [
    ...['-c:a', 'aac', '-b:a', `${bitrateKbps}k`],
    ...['-ac', String(Math.min(Math.max(1, track.channels), maxChannels))],
    ...['-ar', String(RATES.includes(track.sampleRate) ? track.sampleRate : OTHER_RATE)],
    ...['-af', audioFilters(track)],
  ];
}

/**
 * Gaps become silence; all else is counted by samples, since the time stamps of many containers are rounded, from the first
 * one that the decoder gives, which may leave out what an encoder put before it. The quotient is rounded because ffmpeg cuts
 * it off, and 24576/44100*44100 is less than 24576.
 */
const audioFilters = ({ gaps, jumps, startS }: AudioTrack): string =>
  [
    ...(jumps ? [`asetpts=${withoutJumps(jumps, startS)}`] : []),
    ...(gaps > 0 ? ['aresample=async=1:min_hard_comp=0.02'] : []),
    'asetpts=round(N/SR/TB)+STARTPTS',
  ].join();
