import {
  InvalidTokenError,
  ServerError,
  TooManyRequestsError,
} from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type { OAuthTokenVerifier } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import type { ProviderConnection } from './connection.ts';
import { type SdkErrors, verifierWithErrorsOf } from './sdk-errors.ts';

const errors: SdkErrors = {
  invalidToken: (message) => new InvalidTokenError(message),
  serverError: (message) => new ServerError(message),
  tooManyRequests: (message) => new TooManyRequestsError(message),
};

/**
 * A connection as a verifier for `requireBearerAuth` of the MCP SDK v1 (`@modelcontextprotocol/sdk`): what it throws
 * are that SDK's own errors, so a bad token is 401. The SDK has no 503: while the IdP cannot be asked, it answers 500.
 * The guard (`@mcp-whoami/guard`) answers 503 with `Retry-After`.
 *
 * @example
 * app.use('/mcp', requireBearerAuth({ verifier: tokenVerifier(connection) }));
 */
export function tokenVerifier(connection: Pick<ProviderConnection, 'verifyAccessToken'>): OAuthTokenVerifier {
  return { verifyAccessToken: verifierWithErrorsOf(errors, connection) };
}
