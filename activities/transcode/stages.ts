import PQueue from 'p-queue';
import { createTurns } from './turns.js';

interface Turn {
  /** 0 to 100; who has more goes before those who wait. */
  priority: number;
  signal: AbortSignal;
}

/**
 * How the pieces on one worker share its processor and its network, so that one task's transfers go on while another
 * encodes. Chunks of one task take turns: a crash then costs one of them, and each has all threads to itself.
 */
export interface Stages {
  encode<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result>;
  /** Takes one thread, beside the pictures that are encoded. */
  encodeAudio<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result>;
  encodeChunk<Result>(turn: Turn & { task: string }, work: () => Promise<Result>): Promise<Result>;
  transfer<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result>;
}

export function createStages({ encoders, transfers }: { encoders: number; transfers: number }): Stages {
  const encoding = new PQueue({ concurrency: encoders });
  const sounding = new PQueue({ concurrency: encoders });
  const transferring = new PQueue({ concurrency: transfers });
  const chunks = createTurns();

  return {
    encode: (turn, work) => encoding.add(work, turn),
    encodeAudio: (turn, work) => sounding.add(work, turn),
    transfer: (turn, work) => transferring.add(work, turn),
    encodeChunk: ({ task, ...turn }, work) => chunks.take(task, turn, () => encoding.add(work, turn)),
  };
}
