import type { OpenRole, RoleDeps } from './open-role.js';

/**
 * What a worker process may do; media work and workflows belong in different processes. Roles of one process end in this
 * order: to relay captures to other hosts takes workflows, so captures end first and workflows last. The code of a role
 * is loaded only where it runs.
 */
const OPEN = {
  capture: async (deps: RoleDeps) => (await import('./capture-worker.js')).openCaptureWorker(deps),
  transcode: async (deps: RoleDeps) => (await import('./transcode-worker.js')).openTranscodeWorker(deps),
  workflow: async (deps: RoleDeps) => (await import('./workflow-worker.js')).openWorkflowWorker(deps),
} satisfies Record<string, (deps: RoleDeps) => Promise<OpenRole>>;

export type Role = keyof typeof OPEN;

/** In the order in which they end. */
export const ROLES = Object.keys(OPEN) as Role[];

export const openRole = (role: Role, deps: RoleDeps): Promise<OpenRole> => OPEN[role](deps);
