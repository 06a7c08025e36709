import { type Logger, pino } from 'pino';

/** Where the guard writes its log lines: a pino logger, or anything that takes the same calls. */
export type GuardLogger = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A logger to standard output. */
export function createLogger(): GuardLogger {
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
