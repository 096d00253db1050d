import type { FileHandle } from 'node:fs/promises';

/*
 * The boxes of files that we have made ourselves (ISO/IEC 14496-12): no other file comes here, and all but the outermost
 * boxes have sizes of 32 bits.
 */

const HEAD_BYTES = 8;

export interface Place {
  kind: string;
  at: number;
  sizeBytes: number;
}

/** The outermost boxes; throws where one does not fit into the file. */
export async function* outermost(file: FileHandle): AsyncGenerator<Place> {
  const { size } = await file.stat();
  for (let at = 0; at + HEAD_BYTES <= size;) {
    const head = await bytesAt(file, at, 16);
    const short = head.readUInt32BE(0);
    const sizeBytes = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    const kind = head.toString('latin1', 4, 8);
    if (sizeBytes < HEAD_BYTES || at + sizeBytes > size) throw new Error(`the box ${kind} at ${at} does not fit`);
    yield { kind, at, sizeBytes };
    at += sizeBytes;
  }
}

export async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer;
}

export function* boxesIn(box: Buffer): Generator<[kind: string, bytes: Buffer]> {
  for (let at = HEAD_BYTES; at + HEAD_BYTES <= box.length; at += Math.max(HEAD_BYTES, box.readUInt32BE(at))) {
    yield [box.toString('latin1', at + 4, at + 8), box.subarray(at, at + box.readUInt32BE(at))];
  }
}

/** The box at the end of a path of boxes; without boxes in it where there is none. */
export const boxIn = (box: Buffer, ...path: string[]): Buffer =>
  path.reduce((within, kind) => new Map([...boxesIn(within)]).get(kind) ?? Buffer.alloc(HEAD_BYTES), box);

/** Reads one number of 32 bits after another. */
export function reader(box: Buffer, from: number): () => number {
  let at = from;
  return () => {
    at += 4;
    return box.readUInt32BE(at - 4);
  };
}
