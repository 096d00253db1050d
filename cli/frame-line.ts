import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FrameEvent } from '../contracts/events.js';

const KB = 1000;

/** One frame for a person: its slot, picture and bytes, how long after the picture it landed, if it just did, and where. */
export function frameLine(
  { slotMs, width, height, sizeBytes, capturedAtMs, url, late }: FrameEvent,
  landedMs?: number,
): string {
  const slot = new Date(slotMs).toISOString().slice(11, 23);
  const picture = `${width}x${height}`.padEnd(9);
  const size = `${(sizeBytes / KB).toFixed(1)} kB`.padStart(9);
  const delay = (landedMs === undefined ? '' : `${Math.max(0, Math.round(landedMs - capturedAtMs))} ms`).padStart(8);
  return `${slot}  ${picture} ${size} ${delay}  ${placeOf(url)}${late ? '  (late)' : ''}`;
}

export const FRAME_HEADINGS = `${'slot'.padEnd(12)}  ${'picture'.padEnd(9)} ${'size'.padStart(9)} ${'delay'.padStart(8)}  where`;

/** A file as the shell names it from here; anything else by its address. */
function placeOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  const path = fileURLToPath(url);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
