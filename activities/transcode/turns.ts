import PQueue from 'p-queue';

interface Turn {
  priority?: number;
  signal: AbortSignal;
}

/** Queues by name, in each of which one works at a time; a queue is there for as long as somebody is in it. */
export interface Turns {
  take<Result>(name: string, turn: Turn, work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(): Turns {
  const queues = new Map<string, PQueue>();
  return {
    async take(name, turn, work) {
      const queue = queues.get(name) ?? new PQueue({ concurrency: 1 });
      queues.set(name, queue);
      try {
        return await queue.add(work, turn);
      } finally {
        if (queue.pending + queue.size === 0) queues.delete(name);
      }
    },
  };
}
