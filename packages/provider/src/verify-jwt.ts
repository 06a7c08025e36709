import {
  compactVerify,
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JWTVerifyGetKey,
} from 'jose';
import { type JsonObject, jsonObject } from './authorization-server-metadata.ts';
import { TokenRefusedError, VerificationUndecidedError } from './errors.ts';
import { IDP_TIMEOUT_MS, parseJson, requestIdp } from './idp-request.ts';
import { type CheckedClaims, checkClaims, quote, requireIssuer, type TokenPolicy } from './token-claims.ts';

/** Least time between two requests for the keys because of an unknown `kid`, in milliseconds. */
const KEY_SET_COOLDOWN_MS = 10_000;

/** Every asymmetric JWS algorithm (RFC 7518 §3.1, RFC 8037, RFC 9864, ML-DSA): a key's own type decides. */
const asymmetricAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'],
];

/** Values of `typ` that an access token may have (RFC 9068 §2.1, RFC 8725 §3.11); most IdPs say JWT or nothing. */
const accessTokenTypes = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** A JWT that is proved to be an access token of the issuer for this server. */
export interface VerifiedJwt extends CheckedClaims {
  subject: string;
  expiresAt: number;
  claims: JsonObject;
  /** Only `at_hash` speaks for an ID token, as in every access token of some IdPs: the userinfo endpoint decides. */
  ambiguous: boolean;
}

/** Three base64url parts, the last perhaps empty, and a JSON header: judged as a JWT and as nothing else. */
export function looksLikeJwt(token: string): boolean {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return false;
  const [header = ''] = token.split('.', 1);
  return jsonObject.safeParse(parseJson(Buffer.from(header, 'base64url').toString())).success;
}

/**
 * Makes the local verification of an issuer's JWTs.
 *
 * The function throws {@link TokenRefusedError} for the first check that fails and
 * {@link VerificationUndecidedError} when the keys can not be had.
 */
export function createJwtVerifier(jwksUri: string, policy: TokenPolicy & { issuer: string }) {
  const keys = createRemoteJWKSet(new URL(jwksUri), {
    cooldownDuration: KEY_SET_COOLDOWN_MS,
    timeoutDuration: IDP_TIMEOUT_MS,
    [customFetch]: async (url) => {
      const { status, headers, body } = await requestIdp(url);
      return new Response(body, { status, headers });
    },
  });
  return async (token: string): Promise<VerifiedJwt> => {
    const header = decodeHeader(token);
    requireAlgorithm(header.alg);
    const type = header.typ?.toLowerCase();
    if (type !== undefined && !accessTokenTypes.has(type)) {
      throw new TokenRefusedError(
        'not_an_access_token',
        `its header \`typ\` is ${quote(header.typ)}; send the access token`,
      );
    }
    // Read before the signature is checked, and only to refuse: a foreign token never makes us fetch keys.
    requireIssuer(decodePayload(token.split('.')[1] ?? '').iss, policy.issuer);

    const claims = decodePayload(await verifySignature(token, keys));
    const checked = checkClaims(claims, policy);
    if (checked.expiresAt === undefined) {
      throw new TokenRefusedError('expiry_missing', 'the token has no `exp` (RFC 9068 section 2.2)');
    }
    const { sub } = claims;
    if (typeof sub !== 'string' || sub.trim() === '') {
      throw new TokenRefusedError(
        'subject_missing',
        `expected a non-empty string \`sub\`, the token has ${quote(sub)}`,
      );
    }
    const explicitlyTyped = type !== undefined && type !== 'jwt';
    const ambiguous = claims.at_hash !== undefined && claims.at_hash !== null && !explicitlyTyped;
    return { ...checked, expiresAt: checked.expiresAt, subject: sub, claims, ambiguous };
  };
}

function decodeHeader(token: string) {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new TokenRefusedError('malformed_token', 'its header is no JOSE header');
  }
}

function requireAlgorithm(algorithm: unknown) {
  if (typeof algorithm === 'string' && asymmetricAlgorithms.includes(algorithm)) return;
  throw new TokenRefusedError(
    'algorithm_not_allowed',
    `expected an asymmetric \`alg\`, the token has ${quote(algorithm)} (RFC 8725 section 3.1)`,
  );
}

function decodePayload(payload: string | Uint8Array): JsonObject {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'base64url') : Buffer.from(payload);
  const parsed = jsonObject.safeParse(parseJson(bytes.toString()));
  if (parsed.success) return parsed.data;
  throw new TokenRefusedError('malformed_token', 'its payload is no JSON object (RFC 7519 section 7.2)');
}

async function verifySignature(token: string, keys: JWTVerifyGetKey): Promise<Uint8Array> {
  try {
    return await verifyWithEachKey(token, keys);
  } catch (error) {
    throw signatureVerdict(error);
  }
}

/** Several keys may fit a token without `kid`: each is tried (RFC 7515 §4.1.4). */
async function verifyWithEachKey(token: string, keys: JWTVerifyGetKey): Promise<Uint8Array> {
  const options = { algorithms: asymmetricAlgorithms };
  try {
    return (await compactVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await compactVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
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
    return new TokenRefusedError('algorithm_not_allowed', error.message);
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JOSENotSupported) {
    return new TokenRefusedError('malformed_token', error.message);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new VerificationUndecidedError(`the issuer’s keys can not be had: ${reason}`, error);
}
