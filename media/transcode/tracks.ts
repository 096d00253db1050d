import { z } from 'zod';

const number = z.coerce.number().optional().catch(undefined);
const text = z.string().optional();

const track = z.object({
  index: z.int(),
  codec_type: text,
  codec_name: text,
  codec_tag_string: text,
  profile: text,
  pix_fmt: text,
  width: z.int().default(0),
  height: z.int().default(0),
  sample_aspect_ratio: text,
  field_order: text,
  color_range: text,
  color_space: text,
  color_transfer: text,
  color_primaries: text,
  time_base: z.string().default('1/1000'),
  avg_frame_rate: text,
  r_frame_rate: text,
  nb_frames: number,
  bit_rate: number,
  channels: z.int().default(0),
  sample_rate: number,
  extradata_hash: text,
  disposition: z.object({ default: z.int().default(0), attached_pic: z.int().default(0) }).prefault({}),
  side_data_list: z.array(z.object({ side_data_type: text, rotation: number })).default([]),
});
export type Track = z.output<typeof track>;

const header = z.object({
  format: z
    .object({ format_name: z.string().default(''), nb_streams: z.int().default(0), duration: number })
    .prefault({}),
  streams: z.array(track).default([]),
});
export type Header = z.output<typeof header>;

/** What ffprobe has printed of a file as JSON. */
export const parseHeader = (json: string): Header => header.parse(JSON.parse(json || '{}'));

/** The default track of its kind, else the first; a cover picture is no video. */
export function chooseTrack(tracks: readonly Track[], kind: 'video' | 'audio'): Track | undefined {
  const candidates = tracks.filter((one) => one.codec_type === kind && one.disposition.attached_pic === 0);
  return candidates.find((one) => one.disposition.default === 1) ?? candidates[0];
}

export const isEncrypted = ({ codec_tag_string: tag = '' }: Track): boolean => /^(?:enc[va]|drm[is])$/.test(tag);

/** Numerator and denominator of `1001/30000` or `4:3`; undefined for none and for 0. */
export function fractionOf(written: string | undefined): readonly [number, number] | undefined {
  const [, above, below] = /^(\d+)[/:](\d+)$/.exec(written ?? '') ?? [];
  const fraction = [Number(above), Number(below)] as const;
  return fraction.every((part) => part > 0) ? fraction : undefined;
}

/** Finer ticks are made coarser: lists that join files count in these. */
const FINEST = 1_000_000;

/** How the ticks of a track become ticks of a time base whose numerator is 1. */
export function tickScale(one: Track): { below: number; convert(ticks: number): number } {
  const [above, below] = fractionOf(one.time_base) ?? [1, 1000];
  if (below <= FINEST) return { below, convert: (ticks) => ticks * above };
  return { below: FINEST, convert: (ticks) => Math.round((ticks * above) / (below / FINEST)) };
}

/** Clockwise degrees by which the picture is to be turned. */
export function rotationOf({ side_data_list: sideData }: Track): 0 | 90 | 180 | 270 {
  const counterclockwise = sideData.find((one) => one.rotation !== undefined)?.rotation ?? 0;
  const quarters = (((Math.round(-counterclockwise / 90) % 4) + 4) % 4) * 90;
  return quarters as 0 | 90 | 180 | 270;
}

/** As it is shown: turned, with square pixels. */
export function shownSize(one: Track): { width: number; height: number } {
  const [wide, high] = fractionOf(one.sample_aspect_ratio) ?? [1, 1];
  const size = { width: Math.round((one.width * wide) / high), height: one.height };
  return rotationOf(one) % 180 === 0 ? size : { width: size.height, height: size.width };
}
