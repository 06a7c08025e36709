import {
  InvalidTokenError,
  ServerError,
  TooManyRequestsError,
} from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type { OAuthTokenVerifier } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import type { ProviderConnection } from './connection.ts';
import { isRateLimited, isTokenRefused, isVerificationUndecided } from './errors.ts';

/**
 * A connection as a verifier for `requireBearerAuth` of the MCP SDK v1 (`@modelcontextprotocol/sdk`): what it throws
 * are that SDK's own errors, so a bad token is 401. The SDK has no 503: while the IdP cannot be asked, it answers 500.
 * The guard (`@mcp-whoami/guard`) answers 503 with `Retry-After`.
 *
 * @example
 * app.use('/mcp', requireBearerAuth({ verifier: tokenVerifier(connection) }));
 */
export function tokenVerifier({
  verifyAccessToken,
}: Pick<ProviderConnection, 'verifyAccessToken'>): OAuthTokenVerifier {
  return {
    verifyAccessToken: async (token) => {
      try {
        return await verifyAccessToken(token);
      } catch (error) {
        throw errorOfSdk(error);
      }
    },
  };
}

function errorOfSdk(error: unknown): unknown {
  const withCause = (translated: Error) => Object.assign(translated, { cause: error });
  if (isTokenRefused(error)) return withCause(new InvalidTokenError(error.message));
  if (isVerificationUndecided(error)) return withCause(new ServerError(error.message));
  if (isRateLimited(error)) return withCause(new TooManyRequestsError(error.message));
  return error;
}
