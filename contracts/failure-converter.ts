import { DefaultFailureConverter } from '@temporalio/common';

/** Puts messages and stacks of failures into payloads; loaded by its path, in workflows too. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
