import { rm, writeFile } from 'node:fs/promises';
import { fault, problemOf } from '../../contracts/errors.js';
import { decodeWindowsArgs, windowList } from '../args/transcode/join.js';
import { gopSecondsOf } from './encode-chunk.js';
import type { PieceOptions } from './piece.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { videoOf } from './video-of.js';

/** How much is decoded behind a joint: enough pictures for a decoder to have changed over, seconds. */
const BEHIND_S = 0.2;

interface Window {
  what: string;
  range: readonly [from: number, to: number];
}

export interface JointsOptions {
  output: string;
  what: string;
  /** Time of the first picture in the file. */
  startTicks: number;
}

/**
 * Decodes the first and last pictures and those around every place where two chunks meet. Throws `output-unproven` with
 * the chunk and the time where a decoder complains.
 */
export async function proveJoints(options: PieceOptions, joints: JointsOptions): Promise<{ cpuSeconds: number }> {
  const windows = windowsOf(options, joints);
  const { cpuSeconds, complaint } = await decode(options, { ...joints, windows });
  if (complaint === undefined) return { cpuSeconds };
  for (const window of windows) {
    const alone = await decode(options, { ...joints, windows: [window] });
    if (alone.complaint === undefined) continue;
    throw fault('output-unproven', `${joints.what} does not decode at ${window.what}: ${alone.complaint}`);
  }
  throw fault('output-unproven', `${joints.what} does not decode: ${complaint}`);
}

function windowsOf({ plan }: PieceOptions, { startTicks }: JointsOptions): Window[] {
  const { timeBase, durationTicks } = videoOf(plan);
  const gopS = gopSecondsOf(plan);
  const seconds = (ticks: number): number => (startTicks + ticks) / timeBase[1];
  const endS = seconds(durationTicks);
  const joints = plan.chunks.slice(1).map(({ index, startTicks: at }) => ({
    what: `the start of chunk ${index} (${(at / timeBase[1]).toFixed(3)} s)`,
    range: [Math.max(seconds(0), seconds(at) - gopS), Math.min(endS, seconds(at) + BEHIND_S)] as const,
  }));
  return [
    { what: 'its beginning', range: [seconds(0), Math.min(endS, seconds(0) + BEHIND_S)] },
    ...joints,
    { what: 'its end', range: [Math.max(seconds(0), endS - gopS), endS] },
  ];
}

async function decode(
  options: PieceOptions,
  { output, windows }: JointsOptions & { windows: readonly Window[] },
): Promise<{ cpuSeconds: number; complaint?: string | undefined }> {
  const list = `${output}.windows`;
  await writeFile(
    list,
    windowList(
      output,
      windows.map(({ range }) => range),
    ),
  );
  try {
    const { log, cpuSeconds } = await runFfmpeg({
      ...options,
      onProgress: undefined,
      isOwnWork: true,
      args: decodeWindowsArgs(list),
    });
    return { cpuSeconds, complaint: log.find(isComplaint) };
  } catch (error) {
    if (problemOf(error)?.code !== 'encode-failed') throw error;
    return { cpuSeconds: 0, complaint: (error as Error).message };
  } finally {
    await rm(list);
  }
}

/** The clocks of windows do not follow each other, which says nothing of the pictures. */
const isComplaint = (line: string): boolean =>
  /\[(?:error|fatal|panic)\]/.test(line) && !/non monotonically increasing dts/.test(line);
