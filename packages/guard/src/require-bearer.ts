import { type AccessTokenInfo, type ProviderConnection, printable } from '@mcp-whoami/provider';
import type { RequestHandler } from 'express';
import type { BearerChallenge } from './bearer-challenge.ts';
import { readBearerToken, type UnusableCredentials } from './bearer-credentials.ts';
import { callerOf } from './caller.ts';
import type { GuardLogger } from './guard-logger.ts';
import { protectedResourceMetadataUrl } from './protected-resource-metadata.ts';
import { type Rejection, reject, rejectionOfToken } from './rejection.ts';

/** Characters of a token's scopes that a log line shows at most. */
const MAX_SCOPES_LENGTH = 300;

/**
 * Makes the middleware that lets only a request with a good access token through; `request.auth` is then its
 * `AccessTokenInfo`. It stands before any check of the method: some clients open with a GET or a HEAD and learn
 * from the 401 where to sign in.
 */
export function createRequireBearer(
  resource: string,
  connection: ProviderConnection,
  logger: GuardLogger,
): RequestHandler {
  const invitation: BearerChallenge = {
    scope: connection.scopes.join(' '),
    resourceMetadata: protectedResourceMetadataUrl(resource),
  };
  return async (request, response, next) => {
    const credentials = readBearerToken(request);
    if ('reason' in credentials) {
      reject(request, response, logger, rejectionOfCredentials(credentials, invitation));
      return;
    }
    let verdict: AccessTokenInfo;
    try {
      verdict = await connection.verifyAccessToken(credentials.token, {
        caller: callerOf(request.ip),
        resource,
      });
    } catch (error) {
      const rejection = rejectionOfToken(error, invitation);
      if (rejection === undefined) throw error;
      reject(request, response, logger, rejection);
      return;
    }
    const missing = connection.missingScopes(verdict, connection.requiredScopes);
    if (missing.length === 0) {
      Object.assign(request, { auth: verdict });
      return next();
    }
    reject(request, response, logger, rejectionOfScopes(verdict.scopes, missing, connection, invitation));
  };
}

/** RFC 6750 §3.1: a request without credentials gets no error code. */
function rejectionOfCredentials(
  { reason, text }: UnusableCredentials,
  invitation: BearerChallenge,
): Rejection {
  if (reason === 'credentials_missing') {
    return {
      status: 401,
      reason,
      logMessage: 'no Bearer token',
      body: { error: 'unauthorized', error_description: text },
      challenge: invitation,
    };
  }
  const malformed = reason === 'credentials_malformed';
  const error = malformed ? 'invalid_token' : 'invalid_request';
  return {
    status: malformed ? 401 : 400,
    reason,
    logMessage: text,
    body: { error, error_description: text },
    challenge: { ...invitation, error, errorDescription: text },
  };
}

/**
 * RFC 6750 §3.1, MCP authorization "Scope Challenge Handling": the challenge names all that the call needs, and
 * what was asked at first too, since some clients then ask for only what is challenged.
 */
function rejectionOfScopes(
  scopes: readonly string[],
  missing: readonly string[],
  { requiredScopes, scopes: askedScopes, advice }: ProviderConnection,
  invitation: BearerChallenge,
): Rejection {
  const named =
    scopes.length === 0
      ? 'the token names none'
      : `the token has ${printable(scopes.join(' '), MAX_SCOPES_LENGTH)}`;
  const text = 'The access token lacks a required scope';
  return {
    status: 403,
    reason: 'insufficient_scope',
    logMessage: `expected the scopes ${requiredScopes.join(' ')}, ${named}; missing: ${missing.join(' ')}${advice.insufficient_scope ? `. ${advice.insufficient_scope}` : ''}`,
    body: { error: 'insufficient_scope', error_description: text },
    challenge: {
      ...invitation,
      error: 'insufficient_scope',
      errorDescription: text,
      scope: [...new Set([...askedScopes, ...requiredScopes])].join(' '),
    },
  };
}
