import type { BearerChallenge } from '@mcp-whoami/provider';
import type { ErrorRequestHandler, Request } from 'express';
import { answerToError, bareError } from '../core/error-answers.ts';
import type { GuardLogger } from '../core/guard-logger.ts';
import { requestDetails } from './request-details.ts';
import { sendAnswer } from './send-answer.ts';

/**
 * Makes the last middleware: whatever failed becomes a JSON-RPC error without a stack and a log line. Errors of
 * the body parser keep their status (400, 413, 415).
 *
 * @param challengeOf what a token that other code refused is answered with, beside why it is refused.
 */
export function createErrorHandler(
  logger: GuardLogger,
  challengeOf: (request: Request) => BearerChallenge = () => ({}),
): ErrorRequestHandler {
  return (error, request, response, _next) => {
    if (!response.headersSent)
      return sendAnswer(request, response, logger, answerToError(error, challengeOf(request)));
    logger.error(
      { ...requestDetails(request, response), reason: 'internal_error', err: bareError(error) },
      'request failed after its answer had begun',
    );
    // The answer cannot be taken back: only its connection can be ended, and Express would print a stack.
    response.destroy();
  };
}
