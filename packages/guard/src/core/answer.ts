import { printable } from '@mcp-whoami/provider';
import type { GuardLogger } from './guard-logger.ts';
import type { HeaderLine } from './header-lines.ts';

/** Characters that a log line shows at most of a message (what of it is a stranger's is cut before), a path, an address. */
const MAX_MESSAGE_LENGTH = 2_000;
const MAX_PATH_LENGTH = 300;
const MAX_ADDRESS_LENGTH = 100;

/** An answer that the guard gives itself, whatever sends it. */
export interface Answer {
  status: number;
  headers?: readonly HeaderLine[];
  /** Sent as JSON. */
  body?: object;
  /** Its one log line, where it has any. */
  log?: AnswerLog;
}

export interface AnswerLog {
  level: keyof GuardLogger;
  /** A stable code. */
  reason: string;
  /** For the operator: what was expected, what was found, what to do. */
  message: string;
  err?: Error;
}

/** What the log says of each request that it names. */
export interface RequestDetails {
  requestId: string | undefined;
  address: string;
  method: string;
  path: string;
}

/**
 * What the log says of a request.
 *
 * @param path without the query, in which tokens come.
 */
export function describeRequest(
  requestId: string | undefined,
  address: string | undefined,
  method: string,
  path: string,
): RequestDetails {
  return {
    requestId,
    // What a proxy says of it is a text like any other.
    address: printable(address ?? 'unknown', MAX_ADDRESS_LENGTH),
    method,
    path: printable(path, MAX_PATH_LENGTH),
  };
}

/** Writes the log line of an answer. */
export function logAnswer(logger: GuardLogger, details: RequestDetails, { status, log }: Answer): void {
  if (log === undefined) return;
  const { level, message, ...more } = log;
  logger[level]({ ...details, ...more, status }, printable(message, MAX_MESSAGE_LENGTH));
}
