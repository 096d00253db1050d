import { Context } from '@temporalio/activity';
import type { TaskRef } from '../../contracts/ids.js';
import type { PieceHeartbeat } from '../../contracts/transcode-work.js';
import { createAttemptLog, type AttemptLogWriter } from './attempt-log.js';
import type { TranscodeHost } from './transcode-host.js';

const BEAT_EVERY_MS = 1000;

/** One attempt at a piece of work, and what it tells of itself. */
export interface PieceRun {
  /** Of Temporal. */
  namespace: string;
  /** Aborts when the task is cancelled or the worker stops; work that it ends rejects with its reason. */
  signal: AbortSignal;
  log: AttemptLogWriter;
  /** The run of the task that it is a piece of. */
  runId: string;
  /** Where it is now; `part` is 0 to 1 of the stage. */
  at(stage: PieceHeartbeat['stage'], part?: number, speed?: number): void;
}

/**
 * Runs a piece: beats for it, keeps a log of it in the store, and tells a cancel from a failure. It beats each second
 * because that is how it hears of a cancel; each step inside has a watchdog or a deadline of its own, so that nothing that
 * hangs looks alive for long.
 */
export async function runPiece<Result>(
  { name: host, store, onStage }: Pick<TranscodeHost, 'name' | 'store' | 'onStage'>,
  { task, piece }: { task: TaskRef; piece: string },
  work: (run: PieceRun) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  const { attempt, namespace, workflowExecution } = context.info;
  const beat: PieceHeartbeat = { piece, host, stage: 'waiting', percent: 0 };
  const tell = (): void => {
    context.heartbeat({ ...beat });
  };
  const log = createAttemptLog({ task, piece, host, attempt });
  const signal = context.cancellationSignal;
  const beating = setInterval(tell, BEAT_EVERY_MS);
  tell();
  try {
    const result = await work({
      namespace,
      signal,
      log,
      runId: workflowExecution?.runId ?? '',
      at(stage, part = 0, speed) {
        if (stage !== beat.stage) {
          log.add(stage);
          onStage({ ...task, piece, attempt, stage });
        }
        const percent = Math.round(1000 * Math.min(1, Math.max(0, part))) / 10;
        Object.assign(beat, { stage, percent, speed });
      },
    });
    log.add('done');
    return result;
  } catch (error) {
    log.add(signal.aborted ? `stopped: ${String(signal.reason)}` : `failed: ${String(error)}`);
    signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(beating);
    await log.store(store);
  }
}
