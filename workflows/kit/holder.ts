/** The one place of a workflow's state, which is a value: handlers and steps replace what it holds. */
export interface Holder<Machine> {
  machine: Machine;
}
