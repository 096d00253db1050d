import { execa } from 'execa';
import { FFMPEG } from '../clips.js';
import { makeFile } from './conversion.js';

export interface FlashAndBeep {
  /** Pictures a second, as ffmpeg writes it: `30000/1001`. */
  rate: string;
  sampleRate: number;
  /** Codecs and what else is said of the file. */
  options: string;
}

/** The picture that is the first white one is shown when the beep begins. */
export const FLASH_INDEX = 37;
const LASTS_S = 0.2;

export function flashS(rate: string): number {
  const [above = 1, below = 1] = rate.split('/').map(Number);
  return (FLASH_INDEX * below) / above;
}

/** Some seconds of black and silence, with one white flash and one beep that begin together. */
export function makeFlashAndBeep(folder: string, name: string, { rate, sampleRate, options }: FlashAndBeep) {
  const [from, to] = [flashS(rate), flashS(rate) + LASTS_S];
  const white = `between(t\\,${(from - 0.001).toFixed(6)}\\,${to})`;
  const beep = `0.8*sin(6283*t)*between(t\\,${from.toFixed(6)}\\,${to})`;
  return makeFile(
    folder,
    name,
    `-f lavfi -i color=black:size=160x90:rate=${rate},drawbox=c=white:t=fill:enable=${white} -f lavfi -i aevalsrc=${beep}:s=${sampleRate} -t 4 ${options}`,
  );
}

export interface Seen {
  /** Undefined where there is no picture, or no sound. */
  flashS: number | undefined;
  beepS: number | undefined;
  pictures: number;
}

/** When ffmpeg, as a player that demuxes and decodes, shows the first white picture and lets the first beep be heard. */
export async function seeAndHear(file: string, { video = 0 } = {}): Promise<Seen> {
  const { stdout, stderr } = await execa(FFMPEG, [
    ...['-hide_banner', '-nostdin', '-nostats', '-copyts', '-i', file, '-map', `0:v:${video}?`, '-map', '0:a:0?'],
    ...['-fps_mode', 'passthrough', '-vf', 'signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-'],
    ...['-af', 'silencedetect=noise=-20dB:duration=0.3', '-f', 'null', '-'],
  ]);
  const pictures = [...stdout.matchAll(/pts_time:(\S+)\n.*YAVG=(\S+)/g)].map(([, atS, light]) => [
    Number(atS),
    Number(light),
  ]);
  const heard = /silence_end: (\S+)/.exec(stderr)?.[1];
  return {
    flashS: pictures.find(([, light = 0]) => light > 128)?.[0],
    beepS: heard === undefined ? undefined : Number(heard),
    pictures: pictures.length,
  };
}
