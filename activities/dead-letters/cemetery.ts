import type { Cemetery } from '../delivery/cemetery.js';
import type { OnProblem } from '../delivery/delivery-news.js';
import type { Spool } from '../delivery/spool.js';
import { writeDeadFrame, type DeadFolder } from './dead-folder.js';
import { letterOf } from './letter-of.js';
import type { LetterSender } from './send-letters.js';

interface CemeteryDeps {
  dead: DeadFolder;
  spool: Spool;
  sender: LetterSender;
  host: string;
  onProblem: OnProblem;
}

/** The letter is on disk before its slot is settled; the event log hears of it when it can. */
export function createCemetery({ dead, spool, sender, host, onProblem }: CemeteryDeps): Pick<Cemetery, 'bury'> {
  return {
    async bury(parcel, givenUp) {
      const { frame, content } = parcel;
      const { sizeBytes } = content.at === 'spool' ? content.spooled : content;
      if (!dead.hasRoom(sizeBytes)) return false;
      const letter = letterOf(frame, { givenUp, host, nowMs: Date.now() });
      const takeBytes = async (path: string): Promise<void> => {
        if (content.at === 'memory') return writeDeadFrame(path, letter, content.images);
        await spool.moveTo(path, content.spooled);
      };
      try {
        sender.send(await dead.bury(letter, { sizeBytes, takeBytes }));
        return true;
      } catch (error) {
        onProblem(error, frame);
        return false;
      }
    },
  };
}
