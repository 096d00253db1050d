import { workflowInfo } from '@temporalio/workflow';

/** How many times as long as that a history may get while something that is carried would rather be done first. */
const PATIENCE = 5;

/** The history is so long that it waits for nothing any more. */
export const isOverlong = (continueAfterEvents: number): boolean =>
  workflowInfo().historyLength > continueAfterEvents * PATIENCE;

/** The history is long enough to continue as new. */
export const isLong = (continueAfterEvents: number): boolean =>
  workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > continueAfterEvents;
