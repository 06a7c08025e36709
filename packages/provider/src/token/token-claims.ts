import { z } from 'zod';
import { refuse, TokenRefusedError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { withNearMiss } from '../near-miss.ts';
import { quote } from '../printable.ts';
import type { AudiencePolicy } from './audience.ts';
import { mendOfKnown } from './known-tokens.ts';
import type { CheckedClaims } from './proof.ts';
import { describeExpiry, describeFuture } from './time-in-words.ts';

/** How far an IdP's clock may be ahead of this one (`nbf`, `iat`), in seconds; `exp` gets no grace. */
export const NOT_BEFORE_TOLERANCE_SECONDS = 10;

/** What a token must be issued for and by. */
export interface TokenPolicy extends AudiencePolicy {
  /** Compared byte for byte (RFC 7519 §4.1.1); nothing where the IdP has no metadata to name it. */
  issuer: string | undefined;
  /** The name under which the IdP signs access tokens, where its metadata says that it has another one (AD FS). */
  accessTokenIssuer?: string | undefined;
}

/** The claims that are judged, and those of a client or a scope under each name that IdPs use. */
const judgedClaims = z.looseObject({
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  exp: z.number().optional(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  sid: z.string().optional().catch(undefined),
  cnf: z.unknown().optional(),
  client_id: z.string().optional().catch(undefined),
  azp: z.string().optional().catch(undefined),
  cid: z.string().optional().catch(undefined),
  scope: z.union([z.string(), z.array(z.string())]).optional(),
  scp: z.union([z.string(), z.array(z.string())]).optional(),
});

/**
 * Judges the claims of a token, but for its kind and its audience.
 *
 * @throws {TokenRefusedError} for the first check that fails.
 */
export function checkClaims(claims: JsonObject, policy: Omit<TokenPolicy, 'audience'>): CheckedClaims {
  const parsed = judgedClaims.safeParse(withoutNulls(claims));
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.'));
    throw new TokenRefusedError(
      'malformed_token',
      `claims of another type than specified: ${names.join(', ')}`,
    );
  }
  const { iss, exp, nbf, iat, cnf } = parsed.data;
  if (cnf !== undefined) {
    refuse(
      'sender_constrained',
      'has `cnf` (RFC 7800): its proof is not checked here; issue a plain Bearer token',
    );
  }
  if (iss !== undefined && policy.issuer !== undefined) requireIssuer(parsed.data, policy);
  const now = Date.now() / 1000;
  if (exp !== undefined && exp <= now) refuse('expired', describeExpiry({ exp, iat }, now));
  if (nbf !== undefined && nbf > now + NOT_BEFORE_TOLERANCE_SECONDS) {
    refuseFuture('nbf', nbf, now);
  }
  if (iat !== undefined && iat > now + NOT_BEFORE_TOLERANCE_SECONDS) {
    refuseFuture('iat', iat, now);
  }
  return {
    audience: toList(parsed.data.aud),
    expiresAt: exp === undefined ? undefined : Math.floor(exp),
    clientId: parsed.data.client_id ?? parsed.data.azp ?? parsed.data.cid ?? '',
    scopes: [parsed.data.scope, parsed.data.scp].map(scopesOf).find((scopes) => scopes.length > 0) ?? [],
    issuedAt: parsed.data.iat,
    sessionId: parsed.data.sid,
  };
}

/**
 * RFC 7519 §4.1.1, byte for byte.
 *
 * @throws {TokenRefusedError} `issuer_mismatch`
 */
export function requireIssuer(
  claims: { iss?: unknown; aud?: unknown },
  { issuer, accessTokenIssuer }: Pick<TokenPolicy, 'issuer' | 'accessTokenIssuer'>,
) {
  const { iss: found } = claims;
  const expected = [issuer, accessTokenIssuer].filter((name) => name !== undefined);
  if (expected.some((name) => name === found)) return;
  const message = `expected issuer ${expected.map(quote).join(' or ')}, the token has ${quote(found)}`;
  refuse(
    'issuer_mismatch',
    withNearMiss(message, expected, typeof found === 'string' ? [found] : []),
    mendOfKnown(claims),
  );
}

function refuseFuture(claim: 'nbf' | 'iat', time: number, now: number): never {
  const { finding, mend } = describeFuture(claim, time, now);
  refuse('not_yet_valid', finding, mend);
}

function withoutNulls(claims: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
}

function scopesOf(value: string | string[] | undefined): string[] {
  return toList(value).flatMap((scope) => scope.split(' ').filter((name) => name !== ''));
}

function toList(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
