import { type Logger, pino } from 'pino';
import { sampleLines } from './sampled-lines.ts';

/** Where the guard writes its log lines: a pino logger, or anything that takes the same calls. */
export type GuardLogger = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A logger to standard output, which floods of refusals do not fill: see {@link sampleLines}. */
export function createLogger(): GuardLogger {
  return sampleLines(pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }));
}
