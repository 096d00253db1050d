/** One JPEG of an SMJPEG stream with its time stamp. */
export interface TimedJpeg {
  ptsMs: number;
  jpeg: Buffer;
}

const HEADER_END = Buffer.from('HEND');
const CHUNK_HEAD_BYTES = 12;
/** A picture of 8K at the best quality; what is larger is noise that somebody made to be large. */
const MAX_JPEG_BYTES = 32 * 1024 * 1024;

/**
 * Splits what ffmpeg's `smjpeg` muxer writes: a head that ends in `HEND`, then chunks of `vidD`, a time stamp in
 * milliseconds and a length, both 32-bit big-endian, and the JPEG. Call the result with each piece as it comes. A JPEG
 * that is too large is passed over without being held, and handed over as an empty one, so that outputs stay in step.
 */
export function createSmjpegReader(onPicture: (picture: TimedJpeg) => void): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let neededBytes = HEADER_END.length;
  let isInHead = true;
  let skippedBytes = 0;

  return (piece) => {
    const rest = piece.subarray(skippedBytes);
    skippedBytes -= piece.length - rest.length;
    pieces.push(rest);
    heldBytes += rest.length;
    if (heldBytes < neededBytes) return;
    let held: Buffer = Buffer.concat(pieces, heldBytes);
    if (isInHead) {
      const end = held.indexOf(HEADER_END);
      if (end >= 0) {
        held = held.subarray(end + HEADER_END.length);
        isInHead = false;
      }
    }
    if (!isInHead) held = readChunks(held);
    pieces = [held];
    heldBytes = held.length;
  };

  function readChunks(held: Buffer): Buffer {
    let at = 0;
    neededBytes = CHUNK_HEAD_BYTES;
    while (held.length - at >= CHUNK_HEAD_BYTES) {
      const sizeBytes = held.readUInt32BE(at + 8);
      if (sizeBytes > MAX_JPEG_BYTES) return skip(held.subarray(at), sizeBytes);
      neededBytes = CHUNK_HEAD_BYTES + sizeBytes;
      if (held.length - at < neededBytes) break;
      // A copy, so that one picture does not keep the memory of its neighbours.
      onPicture({
        ptsMs: held.readUInt32BE(at + 4),
        jpeg: Buffer.from(held.subarray(at + CHUNK_HEAD_BYTES, at + neededBytes)),
      });
      at += neededBytes;
      neededBytes = CHUNK_HEAD_BYTES;
    }
    return held.subarray(at);
  }

  function skip(held: Buffer, sizeBytes: number): Buffer {
    onPicture({ ptsMs: held.readUInt32BE(4), jpeg: Buffer.alloc(0) });
    const chunkBytes = CHUNK_HEAD_BYTES + sizeBytes;
    skippedBytes = Math.max(0, chunkBytes - held.length);
    return readChunks(held.subarray(chunkBytes));
  }
}
