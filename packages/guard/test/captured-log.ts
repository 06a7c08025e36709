import { pino } from 'pino';
import { expect } from 'vitest';

/** A pino logger, and every line that it wrote. */
export const captureLog = () => {
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line) => void lines.push(line) });
  return {
    logger,
    lines,
    records: (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line)),
  };
};

/** Fails when a text has a token, or the payload or the signature of one. */
export const expectNoTrace = (text: string, ...tokens: readonly string[]) => {
  for (const token of tokens) {
    for (const part of [token, ...token.split('.').slice(1)]) {
      if (part.length >= 8) expect(text).not.toContain(part);
    }
  }
};
