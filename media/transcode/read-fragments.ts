import { open } from 'node:fs/promises';
import { boxesIn, boxIn, bytesAt, outermost, reader } from './boxes.js';
import type { Packet } from './packet-counts.js';

/** The samples of a fragmented MP4 of one track, in the order of the file, as its tables say (ISO/IEC 14496-12, 8.8). */
export async function readFragments(path: string): Promise<Packet[]> {
  const file = await open(path);
  try {
    const packets: Packet[] = [];
    for await (const { kind, at, sizeBytes } of outermost(file)) {
      if (kind === 'moof') packets.push(...samplesOf(await bytesAt(file, at, sizeBytes)));
    }
    return packets;
  } finally {
    await file.close();
  }
}

function samplesOf(moof: Buffer): Packet[] {
  const boxes = new Map([...boxesIn(boxIn(moof, 'traf'))]);
  const defaults = readDefaults(boxes.get('tfhd')!);
  const tfdt = boxes.get('tfdt')!;
  const startTicks = tfdt[8] === 1 ? Number(tfdt.readBigUInt64BE(12)) : tfdt.readUInt32BE(12);
  return readRun(boxes.get('trun')!, { ...defaults, startTicks });
}

interface Defaults {
  duration: number;
  sizeBytes: number;
  flags: number;
}

const NOT_A_KEYFRAME = 0x10000;

function readDefaults(tfhd: Buffer): Defaults {
  const has = flagsOf(tfhd);
  const next = reader(tfhd, 16 + (has(0x1) ? 8 : 0) + (has(0x2) ? 4 : 0));
  return {
    duration: has(0x8) ? next() : 0,
    sizeBytes: has(0x10) ? next() : 0,
    flags: has(0x20) ? next() : 0,
  };
}

function readRun(trun: Buffer, { startTicks, ...defaults }: Defaults & { startTicks: number }): Packet[] {
  const has = flagsOf(trun);
  const next = reader(trun, 16 + (has(0x1) ? 4 : 0));
  const firstFlags = has(0x4) ? next() : undefined;
  let dts = startTicks;
  return Array.from({ length: trun.readUInt32BE(12) }, (_, index) => {
    const duration = has(0x100) ? next() : defaults.duration;
    const sizeBytes = has(0x200) ? next() : defaults.sizeBytes;
    const flags = has(0x400) ? next() : index === 0 ? (firstFlags ?? defaults.flags) : defaults.flags;
    const offset = has(0x800) ? next() | 0 : 0;
    const packet = { track: 0, pts: dts + offset, dts, duration, sizeBytes, isKey: (flags & NOT_A_KEYFRAME) === 0 };
    dts += duration;
    return { ...packet, isDiscarded: false, isEncrypted: false };
  });
}

const flagsOf =
  (box: Buffer) =>
  (flag: number): boolean =>
    (box.readUIntBE(9, 3) & flag) !== 0;
