import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

let bundling: Promise<WorkflowBundle> | undefined;

/** The product's workflows, bundled once for all tests of this process. */
export const workflowBundle = (): Promise<WorkflowBundle> =>
  (bundling ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.js', import.meta.url)),
    logger: new DefaultLogger('ERROR', () => undefined),
  }));
