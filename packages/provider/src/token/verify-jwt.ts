import { shownUrl } from '@mcp-whoami/environment';
import type { JWTVerifyGetKey } from 'jose';
import { refuse, TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { quote } from '../printable.ts';
import type { Caller } from './access-token-info.ts';
import { comparableAudience, requireAudience } from './audience.ts';
import { decodePayload, type JoseHeader } from './jwt-parts.ts';
import { mendOfKnown } from './known-tokens.ts';
import type { CheckedClaims, UnprovableJwt, VerifiedJwt } from './proof.ts';
import { checkClaims, requireIssuer, type TokenPolicy } from './token-claims.ts';
import {
  claimsToBeAccessToken,
  isTypedAsAccessToken,
  refuseOtherTokenKinds,
  speaksForAccessToken,
} from './token-kind.ts';
import { isSubject } from './user.ts';
import { isSymmetric, requireAlgorithm, verifySignature } from './verify-signature.ts';

/** What a JWT is judged by. */
export interface JwtPolicy extends TokenPolicy {
  issuer: string;
  /** The URLs of this server: an accepted audience that is none of them may be a client, as in ID tokens. */
  resources: readonly string[];
  /** Where the issuer's keys are, for the log. */
  keysUrl: string | undefined;
}

/**
 * Makes the local verification of an issuer's JWTs.
 *
 * The function throws {@link TokenRefusedError} for the first check that fails. What cannot be judged here, it gives
 * back as {@link UnprovableJwt}: no published key proves it (another one signed it, or a secret did), the keys cannot
 * be had, or neither subject nor audience is inside.
 */
export function createJwtVerifier(keysFor: (caller: Caller) => JWTVerifyGetKey, policy: JwtPolicy) {
  return async (token: string, header: JoseHeader, caller: Caller): Promise<VerifiedJwt | UnprovableJwt> => {
    if (!isSymmetric(header.alg)) requireAlgorithm(header.alg);
    if (header.crit !== undefined) {
      refuse('malformed_token', 'has `crit`, and no extension is known here (RFC 7515 section 4.1.11)');
    }
    const typed = isTypedAsAccessToken(header.typ);
    // Read before the signature is checked, and only to refuse: a foreign token never makes us fetch keys.
    const ownWord = decodePayload(token.split('.')[1] ?? '');
    requireIssuer(ownWord, policy);

    const payload = await signedPayload(token, header, ownWord, keysFor(caller), policy.keysUrl);
    if (payload instanceof Error) return unprovable(payload, ownWord, policy, typed);

    const claims = decodePayload(payload);
    refuseOtherTokenKinds(claims, typed);
    const checked = checkClaims(claims, policy);
    const missing = missingAudience(checked, policy) ?? missingSubject(claims);
    const { expiresAt } = checked;
    if (expiresAt === undefined) refuse('expiry_missing', 'the token has no `exp` (RFC 9068 section 2.2)');
    if (missing !== undefined) return { unprovable: missing, expiresAt };
    const { sub } = claims;
    if (!isSubject(sub)) throw subjectRefusal(sub);
    if (typed) requireProfileClaims(claims, checked);
    const doubt = typed ? undefined : doubtAbout(claims, checked, policy);
    return { ...checked, expiresAt, subject: sub, claims, doubt };
  };
}

/** The payload, or why no published key can say whether the token is the issuer's. */
async function signedPayload(
  token: string,
  header: JoseHeader,
  ownWord: JsonObject,
  keys: JWTVerifyGetKey,
  keysUrl: string | undefined,
): Promise<Uint8Array | TokenRefusedError | VerificationUndecidedError> {
  try {
    // Refuses a symmetric algorithm, which is not a failed check: the key that would prove it is not to be had.
    requireAlgorithm(header.alg);
    return await verifySignature(token, keys);
  } catch (error) {
    if (error instanceof VerificationUndecidedError) return error;
    if (!(error instanceof TokenRefusedError)) throw error;
    if (error.code === 'unknown_key') return unknownKey(header, keysUrl);
    if (error.code === 'algorithm_not_allowed') return error;
    throw new TokenRefusedError(error.code, error.finding, { mend: mendOfKnown({ aud: ownWord.aud }) });
  }
}

function unknownKey({ kid, alg }: JoseHeader, keysUrl: string | undefined): TokenRefusedError {
  const named = kid === undefined ? 'the token names no `kid`' : `the token has \`kid\` ${quote(kid)}`;
  const place = keysUrl === undefined ? 'of this server' : `at ${shownUrl(keysUrl)}`;
  return new TokenRefusedError(
    'unknown_key',
    `${named} and \`alg\` ${quote(alg)}, and no key for it is among the issuer’s ${place}`,
  );
}

function unprovable(
  verdict: TokenRefusedError | VerificationUndecidedError,
  ownWord: JsonObject,
  policy: JwtPolicy,
  typed: boolean,
): UnprovableJwt {
  try {
    refuseOtherTokenKinds(ownWord, typed);
    const checked = checkClaims(ownWord, policy);
    if (checked.audience.length > 0) requireAudience(checked.audience, policy);
    return { unprovable: verdict, expiresAt: checked.expiresAt };
  } catch (error) {
    if (!(error instanceof TokenRefusedError)) throw error;
    return { unprovable: verdict, objection: error, expiresAt: undefined };
  }
}

/** @throws {TokenRefusedError} `audience_mismatch` */
function missingAudience({ audience }: CheckedClaims, policy: JwtPolicy): TokenRefusedError | undefined {
  try {
    requireAudience(audience, policy);
    return undefined;
  } catch (error) {
    if (error instanceof TokenRefusedError && audience.length === 0) return error;
    throw error;
  }
}

function missingSubject({ sub }: JsonObject): TokenRefusedError | undefined {
  return sub === undefined || sub === null ? subjectRefusal(sub) : undefined;
}

function subjectRefusal(sub: unknown): TokenRefusedError {
  return new TokenRefusedError(
    'subject_missing',
    `expected a non-empty string \`sub\`, the token has ${quote(sub)}`,
  );
}

/**
 * What RFC 9068 §2.2 has in every token of its type beside the claims that are always required. The client may have
 * the names that are older (Keycloak, better-auth: `azp`). `jti` is not asked for: better-auth before 2026 and
 * IdentityServer 4 send none, and no check here looks at it.
 */
function requireProfileClaims({ iat }: JsonObject, { clientId }: CheckedClaims) {
  const missing = [
    ...(typeof iat === 'number' ? [] : ['`iat`']),
    ...(clientId === '' ? ['`client_id`'] : []),
  ];
  if (missing.length === 0) return;
  refuse('malformed_token', `of the type at+jwt and without ${missing.join(' and ')} (RFC 9068 section 2.2)`);
}

/** Why a token without an explicit type may be an ID token, if it may. */
function doubtAbout(
  claims: JsonObject,
  { audience }: CheckedClaims,
  { resources }: JwtPolicy,
): string | undefined {
  if (claimsToBeAccessToken(claims)) return undefined;
  if (claims.at_hash !== undefined && claims.at_hash !== null) return 'has `at_hash`, a claim of ID tokens';
  const own = new Set(resources.map(comparableAudience));
  // An ID token always has an audience: its client (OpenID Connect Core §2).
  if (audience.length === 0 || audience.some((entry) => own.has(comparableAudience(entry)))) return undefined;
  if (speaksForAccessToken(claims)) return undefined;
  return `is for ${quote(audience)}, which may be a client, and has no type, scope or client that would tell it from an ID token`;
}
