import { OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from '@modelcontextprotocol/server';
import type { ProviderConnection } from './connection.ts';
import { isRateLimited, isTokenRefused, isVerificationUndecided } from './errors.ts';

/**
 * A connection as a verifier for `requireBearerAuth` of the MCP SDK v2 (`@modelcontextprotocol/server`,
 * `@modelcontextprotocol/express`): what it throws is that SDK's own error, so a bad token is 401. The SDK has no 503:
 * while the IdP cannot be asked, it answers 500. The guard (`@mcp-whoami/guard`) answers 503 with `Retry-After`.
 *
 * @example
 * const gate = requireBearerAuth({ verifier: tokenVerifier(connection) });
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
  const as = (code: OAuthErrorCode, { message }: Error) =>
    Object.assign(new OAuthError(code, message), { cause: error });
  if (isTokenRefused(error)) return as(OAuthErrorCode.InvalidToken, error);
  if (isVerificationUndecided(error)) return as(OAuthErrorCode.ServerError, error);
  if (isRateLimited(error)) return as(OAuthErrorCode.TooManyRequests, error);
  return error;
}
