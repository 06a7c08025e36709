import { compactVerify, errors, type JWTVerifyGetKey } from 'jose';
import { TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import { quote } from '../printable.ts';

/** Every asymmetric JWS algorithm (RFC 7518 §3.1, RFC 8037, RFC 9864, ML-DSA): a key's own type decides. */
export const asymmetricAlgorithms: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'],
];

/** Whether a signature of that algorithm is proved by a secret, which no key set publishes (RFC 7518 §3.2). */
export function isSymmetric(algorithm: unknown): boolean {
  return typeof algorithm === 'string' && /^HS(256|384|512)$/.test(algorithm);
}

/** @throws {TokenRefusedError} for `none`, the symmetric algorithms and what is not an algorithm (RFC 8725 §3.1). */
export function requireAlgorithm(algorithm: unknown) {
  if (typeof algorithm === 'string' && asymmetricAlgorithms.includes(algorithm)) return;
  throw new TokenRefusedError(
    'algorithm_not_allowed',
    `expected an asymmetric \`alg\`, the token has ${quote(algorithm)} (RFC 8725 section 3.1)`,
  );
}

/**
 * Verifies a JWS by an issuer's keys and gives its payload.
 *
 * @throws {TokenRefusedError} when the signature is not one of the issuer's.
 * @throws {VerificationUndecidedError} when the keys cannot be fetched.
 */
export async function verifySignature(token: string, keys: JWTVerifyGetKey): Promise<Uint8Array> {
  try {
    return await verifyWithEachKey(token, keys);
  } catch (error) {
    throw signatureVerdict(error);
  }
}

/** Several keys may fit a token without `kid`: each is tried (RFC 7515 §4.1.4), and what is wrong with one ends with it. */
export async function verifyWithEachKey(token: string, keys: JWTVerifyGetKey): Promise<Uint8Array> {
  const options = { algorithms: [...asymmetricAlgorithms] };
  try {
    return (await compactVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await compactVerify(token, key, options)).payload;
      } catch {}
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function signatureVerdict(error: unknown): TokenRefusedError | VerificationUndecidedError {
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenRefusedError('bad_signature', 'the signature does not fit the issuer’s key');
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return new TokenRefusedError('unknown_key', 'the issuer’s key set has no key for its `kid` and `alg`');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new TokenRefusedError('algorithm_not_allowed', quote(error.message));
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JOSENotSupported) {
    return new TokenRefusedError('malformed_token', quote(error.message));
  }
  const reason = error instanceof Error ? error.message : String(error);
  if (isFaultOfKey(error)) {
    return new TokenRefusedError('bad_signature', `the issuer’s key for it cannot be used: ${quote(reason)}`);
  }
  if (error instanceof VerificationUndecidedError) return error;
  return new VerificationUndecidedError(`the issuer’s keys cannot be fetched: ${reason}`, error);
}

/** What jose and WebCrypto say of a key that is too short, malformed, private or of an unknown type. */
function isFaultOfKey(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout) return false;
  return error instanceof TypeError || error instanceof DOMException || error instanceof errors.JOSEError;
}
