import type { PortChoice } from '../dev/ports.js';
import type { Server } from '../dev/server.js';

/** A server that rows stop and start again, at the same address. */
export interface Switchable<Running extends Server> {
  current(): Running;
  isRunning(): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL: what it has not written is lost. */
  kill(): Promise<void>;
}

export async function startSwitchable<Running extends Server>(
  start: (ports: PortChoice) => Promise<Running>,
): Promise<Switchable<Running>> {
  let current = await start('any');
  let isRunning = true;
  return {
    current: () => current,
    isRunning: () => isRunning,
    async start() {
      if (isRunning) return;
      current = await start('same');
      isRunning = true;
    },
    async stop() {
      isRunning = false;
      await current.stop();
    },
    async kill() {
      isRunning = false;
      await current.stop(0);
    },
  };
}
