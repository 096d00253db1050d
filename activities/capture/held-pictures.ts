import type { Picture } from '../../media/source/picture-source.js';

/** Pictures between the source and the account, in their order; where they are too many, the oldest are dropped. */
export interface HeldPictures {
  add(picture: Picture): void;
  /** Gives them out one by one for as long as it is allowed. */
  take(isAllowed: () => boolean): Generator<Picture>;
  clear(): void;
}

/** At 4 pictures a second of 80 kB each, more than a minute and a half. */
const MAX_BYTES = 32 * 1024 * 1024;

export function createHeldPictures(maxBytes = MAX_BYTES): HeldPictures {
  const queue: Picture[] = [];
  let usedBytes = 0;
  const shift = (): Picture | undefined => {
    const first = queue.shift();
    if (first) usedBytes -= sizeOf(first);
    return first;
  };
  return {
    add(picture) {
      queue.push(picture);
      usedBytes += sizeOf(picture);
      while (usedBytes > maxBytes && queue.length > 1) shift();
    },
    *take(isAllowed) {
      while (queue.length > 0 && isAllowed()) {
        const first = shift();
        if (first) yield first;
      }
    },
    clear() {
      queue.length = 0;
      usedBytes = 0;
    },
  };
}

const sizeOf = ({ images }: Picture): number => images.reduce((sum, { bytes }) => sum + bytes.length, 0);
