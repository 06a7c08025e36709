import { OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from '@modelcontextprotocol/server';
import type { ProviderConnection } from './connection.ts';
import { type SdkErrors, verifierWithErrorsOf } from './sdk-errors.ts';

const errors: SdkErrors = {
  invalidToken: (message) => new OAuthError(OAuthErrorCode.InvalidToken, message),
  serverError: (message) => new OAuthError(OAuthErrorCode.ServerError, message),
  tooManyRequests: (message) => new OAuthError(OAuthErrorCode.TooManyRequests, message),
};

/**
 * A connection as a verifier for `requireBearerAuth` of the MCP SDK v2 (`@modelcontextprotocol/server`,
 * `@modelcontextprotocol/express`): what it throws is that SDK's own error, so a bad token is 401. The SDK has no 503:
 * while the IdP cannot be asked, it answers 500. The guard (`@mcp-whoami/guard`) answers 503 with `Retry-After`.
 *
 * @example
 * const gate = requireBearerAuth({ verifier: tokenVerifier(connection) });
 */
export function tokenVerifier(connection: Pick<ProviderConnection, 'verifyAccessToken'>): OAuthTokenVerifier {
  return { verifyAccessToken: verifierWithErrorsOf(errors, connection) };
}
