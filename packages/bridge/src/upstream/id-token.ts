import { isSymmetric, verifyWithEachKey } from '@mcp-whoami/provider/idp';
import { decodeProtectedHeader, errors } from 'jose';
import { JWT_CLAIM_COMPARISON, JWT_TIMESTAMP_CHECK, OperationProcessingError } from 'oauth4webapi';
import { type Failure, isUpstreamError, type UpstreamError } from './errors.ts';
import type { UpstreamServer } from './upstream-server.ts';

/**
 * Verifies the signature of an ID token, or of a signed userinfo answer, by the issuer's keys.
 *
 * @throws {UpstreamError}
 */
export async function verifyWithKeys(
  jwt: string,
  { keys }: UpstreamServer,
  failure: Failure,
): Promise<Uint8Array> {
  if (keys === undefined) throw failure('misconfigured', 'its metadata names no keys (`jwks_uri`)');
  try {
    return await verifyWithEachKey(jwt, keys);
  } catch (error) {
    if (isUpstreamError(error)) throw error;
    if (error instanceof errors.JWKSNoMatchingKey) {
      throw failure('refused', 'the ID token is signed by a key that it does not publish');
    }
    throw failure('refused', 'the signature of the ID token does not fit a key that it publishes');
  }
}

/** What oauth4webapi found wrong with a token answer. */
export function answerFailure(error: unknown, idToken: unknown, failure: Failure): UpstreamError {
  if (isUpstreamError(error)) return error;
  if (!(error instanceof OperationProcessingError)) {
    return failure('refused', 'its token answer is not one that this server can use');
  }
  if (typeof idToken === 'string' && isSignedBySecret(idToken)) {
    return failure(
      'misconfigured',
      'the ID token is signed by the client’s secret: choose an asymmetric algorithm (RS256, ES256) for {clientId} there',
    );
  }
  const claim = claimOf(error.cause);
  if (error.code === JWT_TIMESTAMP_CHECK) {
    return failure('refused', `the ID token’s \`${claim ?? 'exp'}\` is not of now: compare the clocks`);
  }
  if (error.code === JWT_CLAIM_COMPARISON && claim !== undefined) {
    return failure(
      'mismatch',
      `the ID token’s \`${claim}\` is not what was expected (OpenID Connect Core 3.1.3.7)`,
    );
  }
  if (/nonce/.test(error.message)) {
    return failure('mismatch', 'the ID token has no `nonce`, or another (OpenID Connect Core 3.1.3.7)');
  }
  return failure(
    'refused',
    'its token answer lacks what it must have: an access token, an ID token, or a claim of it',
  );
}

function isSignedBySecret(idToken: string): boolean {
  try {
    return isSymmetric(decodeProtectedHeader(idToken).alg);
  } catch {
    return false;
  }
}

const registeredClaims = ['iss', 'aud', 'azp', 'nonce', 'exp', 'iat', 'nbf', 'sub'] as const;

function claimOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('claim' in cause)) return undefined;
  return registeredClaims.find((name) => name === cause.claim);
}
