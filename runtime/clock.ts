/** Milliseconds on the Unix epoch that never jump: the wall clock at the start of the process, then the monotonic one. */
export const nowMs = (): number => performance.timeOrigin + performance.now();
