import { isUtf8 } from 'node:buffer';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { type JsonObject, jsonObject } from './authorization-server-metadata.ts';
import { TokenRefusedError } from './errors.ts';
import { parseJson } from './idp-request.ts';
import {
  type CheckedClaims,
  checkClaims,
  isSubject,
  quote,
  requireIssuer,
  type TokenPolicy,
} from './token-claims.ts';
import { requireAlgorithm, verifySignature } from './verify-signature.ts';

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

/**
 * Whether a token begins with a JSON header: then it is judged as a JWT and as nothing else. Looked at as loosely
 * as a lenient IdP may decode it, or a mangled JWT would escape the checks here and pass there. Only a complete
 * JWE (RFC 7516 §7.1) is opaque to this server.
 */
export function looksLikeJwt(token: string): boolean {
  const parts = token.split('.');
  const header = jsonObject.safeParse(parseJson(Buffer.from(parts[0] ?? '', 'base64url').toString())).data;
  if (header === undefined || parts.length === 1) return false;
  return !(parts.length === 5 && typeof header.enc === 'string' && /^[\w.-]+$/.test(token));
}

/** JWS compact serialization (RFC 7515 §7.1); an empty signature is for `alg: none`, which is refused by name. */
const compactSerialization = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** What a JOSE header says of the token. */
const joseHeader = z.looseObject({ alg: z.unknown().optional(), typ: z.string().optional() });

/**
 * Makes the local verification of an issuer's JWTs.
 *
 * The function throws {@link TokenRefusedError} for the first check that fails and
 * {@link VerificationUndecidedError} when the keys can not be had.
 */
export function createJwtVerifier(keys: JWTVerifyGetKey, policy: TokenPolicy & { issuer: string }) {
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
    if (!isSubject(sub)) {
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

/** @throws {TokenRefusedError} `malformed_token` */
export function decodeHeader(token: string) {
  if (!compactSerialization.test(token)) {
    throw new TokenRefusedError('malformed_token', 'not three base64url parts (RFC 7515 section 7.1)');
  }
  const parsed = joseHeader.safeParse(decodeStrictly(token.split('.')[0] ?? ''));
  if (parsed.success) return parsed.data;
  throw new TokenRefusedError('malformed_token', 'its header is no JOSE header (RFC 7515 section 4)');
}

/** For a part that is judged: bytes that are no UTF-8 are not read as something else (RFC 7519 §7.2). */
function decodeStrictly(part: string | Uint8Array): JsonObject | undefined {
  const bytes = typeof part === 'string' ? Buffer.from(part, 'base64url') : part;
  return isUtf8(bytes) ? jsonObject.safeParse(parseJson(Buffer.from(bytes).toString())).data : undefined;
}

/** @throws {TokenRefusedError} `malformed_token` */
export function decodePayload(payload: string | Uint8Array): JsonObject {
  const claims = decodeStrictly(payload);
  if (claims !== undefined) return claims;
  throw new TokenRefusedError(
    'malformed_token',
    'its payload is no JSON object in UTF-8 (RFC 7519 section 7.2)',
  );
}
