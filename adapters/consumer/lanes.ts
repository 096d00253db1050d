/** What of a crowd may be worked on: things of one key one after the other, so many keys at once, the oldest first. */
export interface Lanes<T> {
  add(key: string, thing: T): void;
  /** What may begin now; undefined where nothing may. */
  take(): { key: string; thing: T } | undefined;
  /** What was taken of the key is over. */
  done(key: string): void;
  /** How many were taken and are not over. */
  readonly running: number;
}

export function createLanes<T>({ concurrency }: { concurrency: number }): Lanes<T> {
  /** Things that wait, by key; a key of which one is under way stays here too. */
  const waiting = new Map<string, T[]>();
  /** Keys of which nothing is under way and something waits. */
  const ready: string[] = [];
  let running = 0;
  return {
    add(key, thing) {
      const queue = waiting.get(key);
      if (queue) return void queue.push(thing);
      waiting.set(key, [thing]);
      ready.push(key);
    },
    take() {
      if (running === concurrency) return undefined;
      const key = ready.shift();
      if (key === undefined) return undefined;
      running += 1;
      return { key, thing: waiting.get(key)!.shift()! };
    },
    done(key) {
      running -= 1;
      if (waiting.get(key)?.length) ready.push(key);
      else waiting.delete(key);
    },
    get running() {
      return running;
    },
  };
}
