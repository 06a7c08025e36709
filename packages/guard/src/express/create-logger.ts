import { pino } from 'pino';
import type { GuardLogger } from '../core/guard-logger.ts';
import { sampleLines } from '../core/sampled-lines.ts';

/** A logger to standard output, which floods of refusals do not fill: see {@link sampleLines}. */
export function createLogger(): GuardLogger {
  return sampleLines(pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }));
}
