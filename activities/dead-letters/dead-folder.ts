import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { frameLetterSchema, type FrameLetter } from '../../contracts/frame-letter.js';
import { problemOf } from '../../contracts/errors.js';
import { encodeHead, FRAME_SUFFIX, readImages, writeWhole } from '../delivery/spool-file.js';
import { bytesUnder, filesUnder } from '../host/walk-folder.js';

/**
 * Dead letters of this host, in the folder `dead` of its spool: `<letter id>.letter` until the event log has it, and
 * `<letter id>.frame` with the bytes. Once sent, a letter that has its bytes inside is gone from here; one that points
 * here stays as `<letter id>.sent` until it is removed.
 */
export interface DeadFolder {
  readonly usedBytes: number;
  hasRoom(sizeBytes: number): boolean;
  /** Keeps a letter for sending; `takeBytes` moves the frame's file to the path, and its size is counted here from then on. */
  bury(letter: FrameLetter, bytes: { sizeBytes: number; takeBytes(path: string): Promise<void> }): Promise<string>;
  /** Letters that the event log does not have yet, by their paths. */
  waiting(): AsyncIterable<string>;
  open(path: string): Promise<FrameLetter | undefined>;
  /** The event log has the letter; `keepsBytes` where it points here. */
  sent(letter: FrameLetter, options: { keepsBytes: boolean }): Promise<void>;
  /** The images of a letter, in their order; undefined where this host has none, or none that is whole. */
  read(letterId: string): Promise<Buffer[] | undefined>;
  /** Nothing of the letter is needed any more. */
  remove(letterId: string): Promise<void>;
}

const LETTER_SUFFIX = '.letter';
const SENT_SUFFIX = '.sent';

export async function openDeadFolder({ folder, maxBytes }: { folder: string; maxBytes: number }): Promise<DeadFolder> {
  const root = join(folder, 'dead');
  const pathOf = (letterId: string, suffix: string): string => join(root, `${letterId}${suffix}`);
  let usedBytes = await bytesUnder(root);

  return {
    get usedBytes() {
      return usedBytes;
    },
    hasRoom: (sizeBytes) => usedBytes + sizeBytes <= maxBytes,
    async bury(letter, { sizeBytes, takeBytes }) {
      const path = pathOf(letter.letterId, LETTER_SUFFIX);
      const text = Buffer.from(JSON.stringify(letter));
      await drop(letter.letterId);
      await writeWhole(path, [text]);
      // A crash between the two leaves a letter, and a frame that is delivered again: the redrive finds it stored.
      await takeBytes(pathOf(letter.letterId, FRAME_SUFFIX));
      usedBytes += sizeBytes + text.length;
      return path;
    },
    async *waiting() {
      for await (const path of filesUnder(root)) if (path.endsWith(LETTER_SUFFIX)) yield path;
    },
    open: openLetter,
    async sent(letter, { keepsBytes }) {
      const { letterId } = letter;
      if (keepsBytes) return rename(pathOf(letterId, LETTER_SUFFIX), pathOf(letterId, SENT_SUFFIX));
      await drop(letterId);
    },
    async read(letterId) {
      const letter =
        (await openLetter(pathOf(letterId, SENT_SUFFIX))) ?? (await openLetter(pathOf(letterId, LETTER_SUFFIX)));
      if (!letter) return undefined;
      return readImages(pathOf(letterId, FRAME_SUFFIX), letter.frame).catch((error: unknown) => {
        if (problemOf(error)?.code === 'spool-corrupt') return undefined;
        throw error;
      });
    },
    remove: drop,
  };

  async function drop(letterId: string): Promise<void> {
    for (const suffix of [FRAME_SUFFIX, LETTER_SUFFIX, SENT_SUFFIX]) {
      const path = pathOf(letterId, suffix);
      const found = await stat(path).catch(() => undefined);
      if (!found) continue;
      await rm(path, { force: true });
      usedBytes -= found.size;
    }
  }
}

/** Writes a frame that has no file yet, in the format of the spool. */
export const writeDeadFrame = (path: string, { frame }: Pick<FrameLetter, 'frame'>, images: readonly Buffer[]) =>
  writeWhole(path, [encodeHead(frame), ...images]);

async function openLetter(path: string): Promise<FrameLetter | undefined> {
  const bytes = await readFile(path).catch(() => undefined); // sent or removed meanwhile
  try {
    return bytes && frameLetterSchema.parse(JSON.parse(bytes.toString()));
  } catch {
    return undefined; // torn by a power cut: the bytes are still here, and no letter names them
  }
}
