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

/** What adapters say of their connections, in the same log. */
export const adapterLog =
  (log: Logger): Log =>
  (level, message, fields = {}) => {
    log[level](fields, message);
  };
