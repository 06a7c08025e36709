import type { GuardLogger } from '../core/guard-logger.ts';
import { sampleLines } from '../core/sampled-lines.ts';

/** A logger to the console, one JSON object a line, which floods of refusals do not fill: see {@link sampleLines}. */
export function createConsoleLogger(): GuardLogger {
  const write =
    (level: keyof GuardLogger) =>
    (details: object, message?: string): void => {
      const line = { level, time: new Date().toISOString(), ...details, msg: message };
      // biome-ignore lint/suspicious/noConsole: the one way out that every platform has.
      console[level](JSON.stringify(line, withErrors));
    };
  return sampleLines({ info: write('info'), warn: write('warn'), error: write('error') });
}

function withErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { type: name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
