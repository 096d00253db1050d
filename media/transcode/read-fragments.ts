import { open, type FileHandle } from 'node:fs/promises';
import type { Packet } from './packet-counts.js';

/**
 * The samples of a fragmented MP4 of one track, in the order of the file (ISO/IEC 14496-12, 8.8). ffprobe shifts the times
 * of pictures where some are shown before their turn, and by more once it meets more of them, so it proves nothing here.
 */
export async function readFragments(path: string): Promise<Packet[]> {
  const file = await open(path);
  try {
    const packets: Packet[] = [];
    const { size } = await file.stat();
    for (let at = 0; at + 8 <= size;) {
      const { kind, sizeBytes } = await boxAt(file, at);
      if (sizeBytes < 8 || at + sizeBytes > size) throw new Error(`the box ${kind} at ${at} does not fit`);
      if (kind === 'moof') packets.push(...samplesOf(await bytesAt(file, at, sizeBytes)));
      at += sizeBytes;
    }
    return packets;
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer;
}

async function boxAt(file: FileHandle, at: number): Promise<{ kind: string; sizeBytes: number }> {
  const head = await bytesAt(file, at, 16);
  const short = head.readUInt32BE(0);
  return { kind: head.toString('latin1', 4, 8), sizeBytes: short === 1 ? Number(head.readBigUInt64BE(8)) : short };
}

function samplesOf(moof: Buffer): Packet[] {
  const boxes = new Map([...boxesIn(childOf(moof, 'traf'))]);
  const defaults = readDefaults(boxes.get('tfhd')!);
  const tfdt = boxes.get('tfdt')!;
  const startTicks = tfdt[8] === 1 ? Number(tfdt.readBigUInt64BE(12)) : tfdt.readUInt32BE(12);
  return readRun(boxes.get('trun')!, { ...defaults, startTicks });
}

const childOf = (box: Buffer, kind: string): Buffer => new Map([...boxesIn(box)]).get(kind) ?? Buffer.alloc(8);

function* boxesIn(box: Buffer): Generator<[kind: string, bytes: Buffer]> {
  for (let at = 8; at + 8 <= box.length; at += Math.max(8, box.readUInt32BE(at))) {
    yield [box.toString('latin1', at + 4, at + 8), box.subarray(at, at + box.readUInt32BE(at))];
  }
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

/** Reads one number of 32 bits after another. */
function reader(box: Buffer, from: number): () => number {
  let at = from;
  return () => {
    at += 4;
    return box.readUInt32BE(at - 4);
  };
}
