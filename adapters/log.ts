export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What an adapter says about its connection; the worker gives it a logger, a test leaves it out. */
export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;

export const noLog: Log = () => undefined;
