/** What a worker process may do; media work and workflows belong in different processes. */
export const ROLES = ['workflow', 'capture', 'transcode'] as const;
export type Role = (typeof ROLES)[number];
