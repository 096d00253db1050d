import { EventEmitter, once } from 'node:events';
import { fault } from '../../contracts/errors.js';
import type { HostKind } from '../../contracts/queues.js';

/** What runs on this host, by the id of the workflow that it runs for: how a message finds its process. */
export interface HostRegistry<Run> {
  /** Returns what takes it out again. */
  add(workflowId: string, run: Run): () => void;
  /** Fails with `capture-not-found`, or that of its kind, where the host no longer runs it. */
  get(workflowId: string): Run;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
  readonly entries: ReadonlyMap<string, Run>;
}

export function createHostRegistry<Run>(kind: HostKind): HostRegistry<Run> {
  const entries = new Map<string, Run>();
  const changes = new EventEmitter();
  return {
    entries,
    add(workflowId, run) {
      entries.set(workflowId, run);
      return () => {
        if (entries.get(workflowId) === run) entries.delete(workflowId);
        changes.emit('left');
      };
    },
    async idle() {
      while (entries.size > 0) await once(changes, 'left');
    },
    get(workflowId) {
      const run = entries.get(workflowId);
      if (!run) throw fault(`${kind}-not-found`, `${kind} ${workflowId} does not run on this host`);
      return run;
    },
  };
}
