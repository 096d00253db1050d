import { CancelledFailure } from '@temporalio/workflow';

/** What a cancelled activity says last of its work; nothing where it never ran or its host did not answer. */
export function cancelledDetails<Details>(error: unknown): Details | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof CancelledFailure && at.details.length > 0) return at.details[0] as Details;
  return undefined;
}
