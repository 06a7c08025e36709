import { isRateLimited, isTokenRefused, isVerificationUndecided, printable } from '@mcp-whoami/provider';
import type { Request, Response } from 'express';
import { type BearerChallenge, formatBearerChallenge } from './bearer-challenge.ts';
import type { GuardLogger } from './guard-logger.ts';
import { requestDetails } from './request-details.ts';

/** Characters of a message at most: what of it is a stranger's is cut before. */
const MAX_MESSAGE_LENGTH = 2_000;

/** A request that is not served: the answer, and the log line that says why. */
export interface Rejection {
  status: number;
  /** A stable code. */
  reason: string;
  /** For the operator: what was expected, what was found, what to do. */
  logMessage: string;
  /** For the client; with an `error_description`, the reason is added. */
  body: object;
  challenge?: BearerChallenge;
  headers?: Readonly<Record<string, string>>;
}

/** Answers with a rejection and writes its one log line. */
export function reject(request: Request, response: Response, logger: GuardLogger, rejection: Rejection) {
  const { status, reason, logMessage, body, challenge, headers } = rejection;
  // Every client begins without credentials: that is how it learns where to sign in.
  const level = reason === 'credentials_missing' ? 'info' : 'warn';
  const details = { ...requestDetails(request, response), reason, status };
  logger[level](details, printable(logMessage, MAX_MESSAGE_LENGTH));
  response.set(headers ?? {});
  // Whoever reports a refused token can name the request, and the operator finds its line.
  const { requestId } = response.locals;
  const traced = challenge?.error === 'invalid_token' && requestId ? ` (request ${requestId})` : '';
  if (challenge !== undefined) {
    const errorDescription = (challenge.errorDescription ?? '') + traced;
    response.set('WWW-Authenticate', formatBearerChallenge({ ...challenge, errorDescription }));
  }
  const described = 'error_description' in body;
  response
    .status(status)
    .json(described ? { ...body, error_description: body.error_description + traced, reason } : body);
}

/** What a refused or undecided token is answered with; nothing for any other error. */
export function rejectionOfToken(error: unknown, challenge: BearerChallenge): Rejection | undefined {
  if (isTokenRefused(error)) {
    const { code, status, message, logMessage } = error;
    return {
      status,
      reason: code,
      logMessage: `${message}: ${logMessage}`,
      body: { error: 'invalid_token', error_description: message },
      challenge: { ...challenge, error: 'invalid_token', errorDescription: message },
    };
  }
  if (isVerificationUndecided(error) || isRateLimited(error)) {
    const { code, status, message, logMessage, headers } = error;
    return {
      status,
      reason: code,
      logMessage,
      headers,
      body: { error: 'temporarily_unavailable', error_description: message },
    };
  }
  return undefined;
}
