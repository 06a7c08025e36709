import { printable } from '@mcp-whoami/provider';
import type { ErrorRequestHandler } from 'express';
import type { GuardLogger } from './guard-logger.ts';
import { type Rejection, reject, rejectionOfToken } from './rejection.ts';
import { requestDetails } from './request-details.ts';

/** Characters of an error's own message that the log shows at most. */
const MAX_MESSAGE_LENGTH = 300;
/** How many causes of causes it shows. */
const MAX_CAUSES = 3;

/** Error codes of JSON-RPC 2.0 §5.1. */
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INTERNAL_ERROR = -32603;

/**
 * Makes the last middleware: whatever failed becomes a JSON-RPC error without a stack and a log line. Errors of
 * the body parser keep their status (400, 413, 415).
 */
export function createErrorHandler(logger: GuardLogger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const failure = () => ({
      ...requestDetails(request, response),
      reason: 'internal_error',
      err: bareError(error),
    });
    if (response.headersSent) {
      logger.error(failure(), 'request failed after its answer had begun');
      // The answer can't be taken back: only its connection can be ended, and Express would print a stack.
      return void response.destroy();
    }
    const rejection = rejectionOfToken(error, {}) ?? rejectionOfRequest(error);
    if (rejection !== undefined) return reject(request, response, logger, rejection);
    logger.error(failure(), 'request failed');
    response.status(500).json(jsonRpcError(INTERNAL_ERROR, 'Internal error'));
  };
}

const textsByStatus: Readonly<Record<number, string>> = {
  413: 'The body is too large',
  415: 'The type or encoding of the body is not supported: send application/json',
};

/** What `http-errors`, which Express and its body parser throw, say with a 4xx status. */
function rejectionOfRequest(error: unknown): Rejection | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const { status } = error;
  if (status < 400 || status >= 500) return undefined;
  const reason = 'type' in error && typeof error.type === 'string' ? error.type : 'bad_request';
  const unparsable = reason === 'entity.parse.failed';
  const code = unparsable ? PARSE_ERROR : INVALID_REQUEST;
  const text = unparsable
    ? 'Parse error: the body is not JSON'
    : (textsByStatus[status] ?? 'The request can not be read');
  return { status, reason, logMessage: text, body: jsonRpcError(code, text) };
}

/**
 * An error for the log: its name, message and frames, and its causes. What else it carries is left out: the request,
 * its body, a token.
 */
function bareError(error: unknown, causes = MAX_CAUSES): Error {
  if (!(error instanceof Error)) return new Error(`what was thrown is no error: ${typeof error}`);
  const { name, stack = '', cause } = error;
  const message = printable(error.message, MAX_MESSAGE_LENGTH);
  const options = cause === undefined || causes === 0 ? {} : { cause: bareError(cause, causes - 1) };
  const bare = new Error(message, options);
  bare.name = printable(name, MAX_MESSAGE_LENGTH);
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  bare.stack = [`${bare.name}: ${message}`, ...frames].join('\n');
  return bare;
}

function jsonRpcError(code: number, message: string) {
  return { jsonrpc: '2.0', error: { code, message }, id: null };
}
