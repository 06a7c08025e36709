import { type BearerChallenge, formatBearerChallenge, printable } from '@mcp-whoami/provider';
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
  challenge?: BearerChallenge;
  /** Sent as JSON; to one with an `error_description` the reason is added. */
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

/** What of an answer goes over the wire. */
export interface WireAnswer {
  status: number;
  headers: readonly HeaderLine[];
  json: object | undefined;
}

/**
 * An answer as it goes over the wire. Where it refuses a token it names the request: whoever reports that can say
 * which, and the operator finds its log line.
 */
export function wireAnswer(
  { status, headers = [], challenge, body, log }: Answer,
  requestId: string | undefined,
): WireAnswer {
  const traced =
    challenge?.error === 'invalid_token' && requestId !== undefined ? ` (request ${requestId})` : '';
  const errorDescription = (challenge?.errorDescription ?? '') + traced;
  const json =
    body !== undefined && 'error_description' in body
      ? { ...body, error_description: body.error_description + traced, reason: log?.reason }
      : body;
  return {
    status,
    headers:
      challenge === undefined
        ? headers
        : [...headers, ['WWW-Authenticate', formatBearerChallenge({ ...challenge, errorDescription })]],
    json,
  };
}

/** Writes the log line of an answer. */
export function logAnswer(logger: GuardLogger, details: RequestDetails, { status, log }: Answer): void {
  if (log === undefined) return;
  const { level, message, ...more } = log;
  logger[level]({ ...details, ...more, status }, printable(message, MAX_MESSAGE_LENGTH));
}
