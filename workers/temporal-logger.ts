import { DefaultLogger, type LogEntry, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';

/** The SDK's own messages in the same log. */
export const temporalLogger = (log: Logger): TemporalLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
    const { taskToken: _, ...fields } = meta ?? {};
    log[PINO_LEVEL[level]]({ ...fields, ...(fields['error'] ? { error: String(fields['error']) } : {}) }, message);
  });

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
