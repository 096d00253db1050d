import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { transcodeWorkflowId } from '../contracts/ids.js';
import { sweepStore, type SweepDeps, type Swept } from './transcode/sweep-store.js';

interface Deps extends SweepDeps {
  client: Pick<Client, 'workflow'>;
}

/** The janitor's round: takes away what killed workers and terminated tasks have left in the store. */
export const createCleanStore = ({ client, ...deps }: Deps) =>
  async function cleanStore(): Promise<Swept> {
    const context = Context.current();
    return sweepStore(deps, {
      namespace: context.info.namespace,
      nowMs: Date.now(),
      async endOf(task) {
        context.heartbeat();
        try {
          const { status, closeTime } = await client.workflow.getHandle(transcodeWorkflowId(task)).describe();
          return status.name === 'RUNNING' || status.name === 'PAUSED' ? undefined : (closeTime?.getTime() ?? 0);
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return 0;
          throw error;
        }
      },
    });
  };
