import { DefaultLogger, type LogEntry, type Logger as TemporalLogger } from '@temporalio/worker';
import { pino, type Logger } from 'pino';
import type { Log } from '../adapters/log.js';
import { redact } from '../contracts/redact.js';
import type { Config } from './config.js';

/** One JSON object a line on standard error; everything in it has passed the redaction. */
export const createLog = ({ logLevel, host }: Pick<Config, 'logLevel' | 'host'>): Logger =>
  pino(
    { level: logLevel, base: { host }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => process.stderr.write(redact(line)) },
  );

/** The SDK's own messages in the same log. */
export const temporalLogger = (log: Logger): TemporalLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
    const { taskToken: _, ...fields } = meta ?? {};
    log[PINO_LEVEL[level]]({ ...fields, ...(fields['error'] ? { error: String(fields['error']) } : {}) }, message);
  });

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** What adapters say of their connections, in the same log. */
export const adapterLog =
  (log: Logger): Log =>
  (level, message, fields = {}) => {
    log[level](fields, message);
  };
