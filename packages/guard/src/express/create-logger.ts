import { pino } from 'pino';
import type { GuardLogger } from '../core/guard-logger.ts';
import { sampleLines } from '../core/sampled-lines.ts';
import { createTerminalLogger, type Terminal } from './terminal-logger.ts';

/** Where a log goes, as far as its form depends on that: `process.stdout` and its like. */
export interface LogOutput extends Terminal {
  isTTY?: boolean;
  hasColors?(): boolean;
}

/**
 * A logger to standard output, which floods of refusals do not fill: see {@link sampleLines}. On a terminal it writes
 * for people, coloured unless `NO_COLOR` is set; JSON, one object a line, everywhere else.
 */
export function createLogger(output: LogOutput = process.stdout): GuardLogger {
  if (output.isTTY === true) {
    return sampleLines(createTerminalLogger(output, output.hasColors?.() === true));
  }
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return sampleLines(
    output === process.stdout ? pino(options) : pino(options, { write: (line) => void output.write(line) }),
  );
}
