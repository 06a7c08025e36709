import {
  type BearerChallenge,
  isRateLimited,
  isTokenRefused,
  isVerificationUndecided,
  printable,
} from '@mcp-whoami/provider';
import type { Answer } from './answer.ts';
import { INTERNAL_ERROR, INVALID_REQUEST, jsonRpcError, PARSE_ERROR } from './json-rpc-error.ts';

/** Characters of an error's own message that the log shows at most. */
const MAX_MESSAGE_LENGTH = 300;
/** How many causes of causes it shows. */
const MAX_CAUSES = 3;

/**
 * The answer to any error. Those of a body parser keep their status (400, 413, 415); a defect is 500.
 *
 * @param challenge what a refused token is answered with, beside why it is refused.
 */
export function answerToError(error: unknown, challenge: BearerChallenge = {}): Answer {
  return answerToTokenError(error, challenge) ?? answerToRequestError(error) ?? answerToDefect(error);
}

/** The answer to a refused or undecided token; nothing for any other error. */
export function answerToTokenError(error: unknown, challenge: BearerChallenge): Answer | undefined {
  if (isTokenRefused(error)) {
    // Another copy of the provider package may be older, and have but the whole text.
    const { code, status, message, logMessage, finding = logMessage, mend } = error;
    return {
      status,
      challenge: { ...challenge, error: 'invalid_token', errorDescription: message },
      body: { error: 'invalid_token', error_description: message },
      log: { level: 'warn', reason: code, message: `${message}: ${finding}`, mend },
    };
  }
  if (isVerificationUndecided(error) || isRateLimited(error)) {
    const { code, status, message, logMessage, headers } = error;
    return {
      status,
      headers: Object.entries(headers),
      body: { error: 'temporarily_unavailable', error_description: message },
      log: { level: 'warn', reason: code, message: logMessage },
    };
  }
  return undefined;
}

const textsByStatus: Readonly<Record<number, string>> = {
  413: 'The body is too large',
  415: 'The type or encoding of the body is not supported: send application/json',
};

/** What `http-errors`, which Express and its body parser throw, say with a 4xx status. */
function answerToRequestError(error: unknown): Answer | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const { status } = error;
  if (status < 400 || status >= 500) return undefined;
  const reason = 'type' in error && typeof error.type === 'string' ? error.type : 'bad_request';
  const unparsable = reason === 'entity.parse.failed';
  const message = unparsable
    ? 'Parse error: the body is not JSON'
    : (textsByStatus[status] ?? 'The request cannot be read');
  return {
    status,
    body: jsonRpcError(unparsable ? PARSE_ERROR : INVALID_REQUEST, message),
    log: { level: 'warn', reason, message },
  };
}

function answerToDefect(error: unknown): Answer {
  return {
    status: 500,
    body: jsonRpcError(INTERNAL_ERROR, 'Internal error'),
    log: { level: 'error', reason: 'internal_error', message: 'request failed', err: bareError(error) },
  };
}

/**
 * An error for the log: its name, message and frames, and its causes. What else it carries is left out: the request,
 * its body, a token.
 */
export function bareError(error: unknown, causes = MAX_CAUSES): Error {
  if (!(error instanceof Error)) return new Error(`what was thrown is not an error: ${typeof error}`);
  const { name, stack = '', cause } = error;
  const message = printable(error.message, MAX_MESSAGE_LENGTH);
  const options = cause === undefined || causes === 0 ? {} : { cause: bareError(cause, causes - 1) };
  const bare = new Error(message, options);
  bare.name = printable(name, MAX_MESSAGE_LENGTH);
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  bare.stack = [`${bare.name}: ${message}`, ...frames].join('\n');
  return bare;
}
