import type { Cemetery, CemeteryGround } from '../delivery/cemetery.js';
import { createCemetery } from './cemetery.js';
import { openDeadFolder, type DeadFolder } from './dead-folder.js';
import { startLetterSender } from './send-letters.js';

export interface OpenCemetery extends Cemetery {
  /** For the redrive of letters whose bytes are on this host. */
  dead: DeadFolder;
}

/** Opens the folder of dead letters beside the frames of the spool, and sends from then on what it holds. */
export async function openCemetery(
  { spool, maxBytes, ...sending }: CemeteryGround,
  { host, againAfterMs }: { host: string; againAfterMs?: number },
): Promise<OpenCemetery> {
  const dead = await openDeadFolder({ folder: spool.folder, maxBytes });
  const sender = startLetterSender({ ...sending, dead, ...(againAfterMs === undefined ? {} : { againAfterMs }) });
  return {
    ...createCemetery({ dead, spool, sender, host, onProblem: sending.onProblem }),
    dead,
    ended: sender.ended,
    get usedBytes() {
      return dead.usedBytes;
    },
  };
}
