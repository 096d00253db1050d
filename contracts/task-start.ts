import type { Priority } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from './search-attributes.js';
import type { TranscodeSettings } from './transcode.js';
import { WORKFLOWS } from './workflows.js';

/** Temporal serves level 1 before all others and 5 after them. */
const LOWEST_LEVEL = 5;
const PRIORITIES_IN_LEVEL = 20;

/** 100 is served first and 0 last; within a level the tenants take turns. */
export const temporalPriority = ({ priority, tenant }: Pick<TranscodeSettings, 'priority' | 'tenant'>): Priority => ({
  priorityKey: Math.max(1, LOWEST_LEVEL - Math.floor(priority / PRIORITIES_IN_LEVEL)),
  fairnessKey: tenant,
});

/** How a task is started, by whomever: what ended well is never run again, what failed or was cancelled may be, unless it starts once. */
export const taskStart = (
  settings: TranscodeSettings,
  { redrives = 0, startsOnce = false }: { redrives?: number; startsOnce?: boolean } = {},
) => ({
  workflowId: WORKFLOWS.transcode.idOf(settings),
  taskQueue: WORKFLOWS.transcode.taskQueue,
  args: [redrives > 0 ? { ...settings, redrives } : settings],
  workflowIdReusePolicy: startsOnce ? ('REJECT_DUPLICATE' as const) : ('ALLOW_DUPLICATE_FAILED_ONLY' as const),
  priority: temporalPriority(settings),
  staticSummary: `transcode ${settings.taskId} with ${settings.profile}`,
  typedSearchAttributes: [
    { key: SEARCH_ATTRIBUTES.task, value: settings.taskId },
    { key: SEARCH_ATTRIBUTES.tenant, value: settings.tenant },
    { key: SEARCH_ATTRIBUTES.state, value: 'queued' },
  ],
});
