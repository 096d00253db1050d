/** Where a store tells of its objects. */
export interface NotificationSource {
  /**
   * Gives each message to the handler, in the order of its key, until `close`. A message is over once its handler has
   * resolved: one that rejects comes again, as does one whose reader dies.
   */
  consume(handle: (message: unknown) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}
