import { open } from 'node:fs/promises';

const FIRST_BOXES = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp'];

/** No file has so many before its media; what has more says nothing by them. */
const MAX_BOXES = 64;

export interface Boxes {
  hasBoxes: boolean;
  /** The index comes before the media. */
  isFaststart: boolean;
  /** ffmpeg gives one name to QuickTime and MP4. */
  isQuickTime: boolean;
}

/** Whether a file is made of the boxes of an MP4, and how it begins. */
export async function lookAtBoxes(path: string, signal: AbortSignal): Promise<Boxes> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(16);
    let [at, isQuickTime] = [0, false];
    for (let count = 0; count < MAX_BOXES; count += 1) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(head, 0, 16, at);
      const kind = head.toString('latin1', 4, 8);
      const hasBoxes = at > 0 || (bytesRead >= 8 && FIRST_BOXES.includes(kind));
      if (at === 0) isQuickTime = hasBoxes && (kind !== 'ftyp' || head.toString('latin1', 8, 12) === 'qt  ');
      if (!hasBoxes || bytesRead < 16 || kind === 'mdat') return { hasBoxes, isFaststart: false, isQuickTime };
      if (kind === 'moov') return { hasBoxes, isFaststart: true, isQuickTime };
      const short = head.readUInt32BE(0);
      const sizeBytes = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
      if (sizeBytes < 8) return { hasBoxes, isFaststart: false, isQuickTime };
      at += sizeBytes;
    }
    return { hasBoxes: true, isFaststart: false, isQuickTime };
  } finally {
    await file.close();
  }
}
