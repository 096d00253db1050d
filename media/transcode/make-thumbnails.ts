import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import { JPEG } from '../../contracts/picture.js';
import type { TranscodePlan } from '../../contracts/plan.js';
import { thumbnailsArgs, type SheetLayout } from '../args/transcode/thumbnails.js';
import { jpegSize } from '../jpeg-size.js';
import type { MadeFile, PieceCost, PieceOptions } from './piece.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { videoOf } from './video-of.js';

export interface Thumbnails extends PieceCost {
  /** The sheets in order, then the index of all thumbnails. */
  files: MadeFile[];
}

/** Sheets of small pictures at even steps of time, with a WebVTT file that says where each of them is. */
export async function makeThumbnails(options: PieceOptions & { file: string }): Promise<Thumbnails> {
  const { plan, folder, file } = options;
  const layout = sheetLayout(plan);
  const { everySeconds = 10 } = plan.profile.thumbnails ?? {};
  await mkdir(folder, { recursive: true });
  for (const name of await sheetsIn(folder)) await rm(join(folder, name));
  const output = join(folder, 'thumbnails-%03d.jpg');
  const args = thumbnailsArgs({ plan, video: videoOf(plan), layout, everySeconds, file, output });
  const { cpuSeconds, log } = await runFfmpeg({ ...options, args });
  const sheets = await provenSheets(folder, layout);
  const index = join(folder, 'thumbnails.vtt');
  await writeFile(index, thumbnailsVtt(layout, { everySeconds, durationS: durationS(plan) }));
  return {
    files: [...sheets, { kind: 'index', path: index, name: 'thumbnails.vtt', contentType: 'text/vtt' }],
    cpuSeconds,
    log,
  };
}

export function sheetLayout(plan: TranscodePlan): SheetLayout {
  const { everySeconds = 10, width = 160, columns = 10, rows = 10 } = plan.profile.thumbnails ?? {};
  const video = videoOf(plan);
  const count = Math.max(1, Math.ceil(durationS(plan) / everySeconds - 1e-6));
  const wide = Math.min(columns, count);
  const high = Math.min(rows, Math.ceil(count / wide));
  return {
    count,
    columns: wide,
    rows: high,
    sheets: Math.ceil(count / (wide * high)),
    width,
    height: Math.max(2, 2 * Math.round((width * video.height) / video.width / 2)),
  };
}

/** WebVTT whose cues name a part of a sheet. */
export function thumbnailsVtt(
  { count, columns, rows, width, height }: SheetLayout,
  { everySeconds, durationS: endS }: { everySeconds: number; durationS: number },
): string {
  const cues = Array.from({ length: count }, (_, index) => {
    const sheet = Math.floor(index / (columns * rows));
    const place = index % (columns * rows);
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
    const times = [index * everySeconds, Math.min(endS, (index + 1) * everySeconds)].map(vttTime);
    return `${times.join(' --> ')}\n${sheetName(sheet)}#xywh=${x},${y},${width},${height}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}

const sheetName = (index: number): string => `thumbnails-${String(index).padStart(3, '0')}.jpg`;

const durationS = (plan: TranscodePlan): number => videoOf(plan).durationTicks / videoOf(plan).timeBase[1];

function vttTime(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const parts = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.${String(ms % 1000).padStart(3, '0')}`;
}

const sheetsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => /^thumbnails-\d+\.jpg$/.test(name));

/** Every sheet, whole and of its size, and no other. */
async function provenSheets(folder: string, layout: SheetLayout): Promise<MadeFile[]> {
  const names = await sheetsIn(folder);
  if (names.length !== layout.sheets)
    throw fault('output-unproven', `there are ${names.length} sheets of thumbnails, expected ${layout.sheets}`);
  const [width, height] = [layout.columns * layout.width, layout.rows * layout.height];
  return Promise.all(
    Array.from({ length: layout.sheets }, async (_, index): Promise<MadeFile> => {
      const name = sheetName(index);
      const path = join(folder, name);
      const size = jpegSize(await readFile(path));
      if (size?.width === width && size.height === height)
        return { kind: 'thumbnails', path, name, contentType: JPEG, width, height };
      throw fault('output-unproven', `${name} is ${size?.width}x${size?.height}, expected ${width}x${height}`);
    }),
  );
}
