import { printable } from '@mcp-whoami/provider';
import type { Answer } from './answer.ts';
import type { RequestDetails } from './describe-request.ts';
import type { GuardLogger } from './guard-logger.ts';

/** Characters of a message at most: what of it is a stranger's is cut before. */
const MAX_MESSAGE_LENGTH = 2_000;

/** Writes the log line of an answer. */
export function logAnswer(logger: GuardLogger, details: RequestDetails, { status, log }: Answer): void {
  if (log === undefined) return;
  const { level, message, ...more } = log;
  logger[level]({ ...details, ...more, status }, printable(message, MAX_MESSAGE_LENGTH));
}
