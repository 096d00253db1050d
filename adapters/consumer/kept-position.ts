/** What is kept beside a position, for those who look at it and for the reader that comes next. */
export const metadataOf = (epoch: number | undefined): string => (epoch === undefined ? '' : JSON.stringify({ epoch }));

/** Whether a reader of this epoch goes on from a position; one without an epoch goes on from any. */
export const isOfEpoch = (metadata: string, epoch: number | undefined): boolean =>
  epoch === undefined || metadata === metadataOf(epoch);
