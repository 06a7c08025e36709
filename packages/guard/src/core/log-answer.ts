import { printable } from '@mcp-whoami/provider';
import type { Answer } from './answer.ts';
import type { RequestDetails } from './describe-request.ts';
import type { GuardLogger } from './guard-logger.ts';

/** Characters of a message at most: what of it is a stranger's is cut before. */
const MAX_MESSAGE_LENGTH = 2_000;

/** Under this the details of a line have the end of its text that says what to do: for people, not for JSON. */
export const mendOfLine = Symbol('what to do');

/** Writes the log line of an answer. */
export function logAnswer(logger: GuardLogger, details: RequestDetails, { status, log }: Answer): void {
  if (log === undefined) return;
  const { level, message, mend, ...more } = log;
  const [finding, end] = [message, mend].map((text) => text && printable(text, MAX_MESSAGE_LENGTH));
  const fields = { ...details, ...more, status, ...(end && { [mendOfLine]: end }) };
  logger[level](fields, end ? `${finding}. ${end}` : finding);
}
