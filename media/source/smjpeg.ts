/** One JPEG of an SMJPEG stream with its time stamp. */
export interface TimedJpeg {
  ptsMs: number;
  jpeg: Buffer;
}

const HEADER_END = Buffer.from('HEND');
const CHUNK_HEAD_BYTES = 12;
const MAX_JPEG_BYTES = 64 * 1024 * 1024;

/**
 * Splits what ffmpeg's `smjpeg` muxer writes: a head that ends in `HEND`, then chunks of `vidD`, a time stamp in
 * milliseconds and a length, both 32-bit big-endian, and the JPEG. Call the result with each piece as it comes.
 */
export function createSmjpegReader(onPicture: (picture: TimedJpeg) => void): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let neededBytes = HEADER_END.length;
  let isInHead = true;

  return (piece) => {
    pieces.push(piece);
    heldBytes += piece.length;
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
      if (sizeBytes > MAX_JPEG_BYTES) throw new RangeError(`SMJPEG chunk of ${sizeBytes} bytes`);
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
}
