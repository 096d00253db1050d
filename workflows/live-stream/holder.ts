import type { StreamMachine } from '../state/stream-machine.js';

/** The one place of a workflow's state: handlers and steps replace what it holds. */
export interface Holder {
  machine: StreamMachine;
}
