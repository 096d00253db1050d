import { CancellationScope, condition } from '@temporalio/workflow';
import type { Holder } from './holder.js';

interface Announcing<Machine, Told> {
  publish(told: Told, machine: Machine): Promise<void>;
  progress?: Progress<Machine>;
}

/** What is announced when some time has passed with nothing else to tell. */
interface Progress<Machine> {
  everyMs: number;
  isMade(machine: Machine): boolean;
  /** The machine with its progress among its announcements. */
  noted(machine: Machine): Machine;
}

/**
 * Publishes what a machine announces, one by one and beside its work: an event log that is down must hold up neither
 * control nor work. What is published leaves the machine, so that continue-as-new carries only the rest.
 */
export function announceInOrder<Told, Machine extends { announcements: readonly Told[] }>(
  holder: Holder<Machine>,
  { publish, progress }: Announcing<Machine, Told>,
): { finish(): Promise<void> } {
  let isOver = false;
  const hasNews = (): boolean => isOver || holder.machine.announcements.length > 0;
  const sending = CancellationScope.nonCancellable(async () => {
    for (let toldAtMs = Date.now(); ;) {
      await condition(() => hasNews() || (progress?.isMade(holder.machine) ?? false));
      if (progress && !hasNews()) {
        const isQuiet = !(await condition(hasNews, Math.max(1, toldAtMs + progress.everyMs - Date.now())));
        if (isQuiet) holder.machine = progress.noted(holder.machine);
      }
      const [next] = holder.machine.announcements;
      if (!next) return;
      toldAtMs = Date.now();
      await publish(next, holder.machine);
      holder.machine = { ...holder.machine, announcements: holder.machine.announcements.slice(1) };
    }
  });
  return {
    finish() {
      isOver = true;
      return sending;
    },
  };
}
