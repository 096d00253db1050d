import { CancelledFailure, Context, heartbeat } from '@temporalio/activity';
import type { TaskActivities, TranscodeActivities } from '../../activities/index.js';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import type { TranscodeEvent, TranscodeEventKind } from '../../contracts/transcode-events.js';
import type {
  CallbackInput,
  Inspection,
  PieceResult,
  RemoveInput,
  TaskLetterInput,
} from '../../contracts/transcode-work.js';

const INSPECTION: Inspection = {
  unit: 'u1',
  outputPrefix: 'default/transcodes/t',
  durationMs: 90_000,
  warnings: [],
  decision: { kind: 'encode', reason: 'the video is vp9' },
  profile: { name: 'mp4-720p', version: 1 },
  renditions: ['360p', '720p'],
  chunks: 3,
  chunksDone: [],
  audio: 'encode',
  isAudioDone: false,
  isLadder: false,
  hasThumbnails: true,
};

export type FakePiece = (name: string, tries: number) => Promise<void> | void;

/** Pieces that are counted and no more; `onPiece` may fail one, or hold it. */
export interface FakeTranscoder {
  /** What was made, in the order of its end. */
  made: string[];
  events: { kind: TranscodeEventKind; event: TranscodeEvent }[];
  removed: RemoveInput[];
  letters: TaskLetterInput[];
  callbacks: CallbackInput[];
  pieces: TranscodeActivities;
  tasks: TaskActivities;
}

export function fakeTranscoder({
  inspection = {},
  onPiece = () => undefined,
  onPublish = () => undefined,
  onRemove = () => undefined,
  onEvent = () => undefined,
}: {
  inspection?: Partial<Inspection>;
  onPiece?: FakePiece;
  /** May hold the manifest back. */
  onPublish?(): Promise<void> | void;
  /** May hold back what is done when the end is known. */
  onRemove?(): Promise<void> | void;
  /** May hold an event back. */
  onEvent?(kind: TranscodeEventKind): Promise<void> | void;
} = {}): FakeTranscoder {
  const tries = new Map<string, number>();
  const fake: FakeTranscoder = {
    made: [],
    events: [],
    removed: [],
    letters: [],
    callbacks: [],
    pieces: {
      async inspectInput() {
        await piece('inspect');
        return { ...INSPECTION, ...inspection };
      },
      encodeChunk: ({ index }) => piece(`chunk ${index}`),
      encodeAudio: () => piece('audio'),
      assembleRendition: ({ rendition }) => piece(rendition),
      assembleLadder: () => piece('ladder'),
      convertWhole: () => piece('whole'),
      makeThumbnails: () => piece('thumbnails'),
    },
    tasks: {
      async publishTranscodeEvent(told) {
        await onEvent(told.kind);
        fake.events.push(told);
      },
      async publishManifest({ unit, outputs, cpuSeconds }) {
        await onPublish();
        return { unit, outputs, cpuSeconds } as TranscodeManifest;
      },
      async removeTraces(input) {
        await onRemove();
        fake.removed.push(input);
      },
      recordTaskLetter: async (letter) => void fake.letters.push(letter),
      sendCallback: async (input) => void fake.callbacks.push(input),
    },
  };
  return fake;

  async function piece(name: string): Promise<PieceResult> {
    const tried = (tries.get(name) ?? 0) + 1;
    tries.set(name, tried);
    await onPiece(name, tried);
    fake.made.push(name);
    return { isReused: false, host: 'here', cpuSeconds: 1, outputs: [] };
  }
}

/** As a piece that runs until its task is cancelled. */
export async function untilCancelled(): Promise<never> {
  const beating = setInterval(heartbeat, 100);
  try {
    return await Context.current().cancelled;
  } catch (error) {
    throw error instanceof CancelledFailure ? error : new Error('not cancelled', { cause: error });
  } finally {
    clearInterval(beating);
  }
}
