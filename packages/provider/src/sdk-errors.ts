import type { ProviderConnection } from './connection.ts';
import { isRateLimited, isTokenRefused, isVerificationUndecided } from './errors.ts';
import { requireConnection } from './require-connection.ts';
import type { AccessTokenInfo } from './token/access-token-info.ts';

/** The errors that an SDK knows, made of a message. */
export interface SdkErrors {
  invalidToken(message: string): Error;
  serverError(message: string): Error;
  tooManyRequests(message: string): Error;
}

/** Verifies as the connection does, and throws the SDK's errors; the `cause` of each is the connection's. */
export function verifierWithErrorsOf(
  sdk: SdkErrors,
  connection: Pick<ProviderConnection, 'verifyAccessToken'>,
): (token: string) => Promise<AccessTokenInfo> {
  requireConnection(connection);
  const { verifyAccessToken } = connection;
  const translate = (error: unknown): unknown => {
    const withCause = (translated: Error) => Object.assign(translated, { cause: error });
    if (isTokenRefused(error)) return withCause(sdk.invalidToken(error.message));
    if (isVerificationUndecided(error)) return withCause(sdk.serverError(error.message));
    if (isRateLimited(error)) return withCause(sdk.tooManyRequests(error.message));
    return error;
  };
  return async (token) => {
    try {
      return await verifyAccessToken(token);
    } catch (error) {
      throw translate(error);
    }
  };
}
