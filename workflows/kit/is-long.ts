import { workflowInfo } from '@temporalio/workflow';

/** The history is long enough to continue as new. */
export const isLong = (continueAfterEvents: number): boolean =>
  workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > continueAfterEvents;
