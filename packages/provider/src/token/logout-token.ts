import { hash } from 'node:crypto';
import type { JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { LogoutRefusedError, TokenRefusedError } from '../errors.ts';
import { quote } from '../printable.ts';
import { decodePayload, requireHeader } from './jwt-parts.ts';
import type { Logout } from './logouts.ts';
import { NOT_BEFORE_TOLERANCE_SECONDS, requireIssuer } from './token-claims.ts';
import { requireAlgorithm, verifySignature } from './verify-signature.ts';

/** The event that a logout token tells (OpenID Connect Back-Channel Logout §2.4). */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Values of `typ` (§2.4); IdPs older than its recommendation say JWT or nothing. */
const logoutTokenTypes = new Set(['logout+jwt', 'application/logout+jwt', 'jwt', undefined]);

/** Longer ones are not looked at, in characters. */
const MAX_LOGOUT_TOKEN_LENGTH = 16 * 1024;

/** §2.4: what it must have, and `nonce`, which it must not. */
const logoutClaims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number().nonnegative(),
  exp: z.number(),
  jti: z.string().min(1),
  events: z.looseObject({ [LOGOUT_EVENT]: z.looseObject({}) }),
  sub: z.string().min(1).optional(),
  sid: z.string().min(1).optional(),
  nonce: z.undefined().optional(),
});

/** For whom logout tokens must be issued, and by whom. */
export interface LogoutPolicy {
  issuer: string;
  /** Clients at the IdP, any of which the token's `aud` may name. */
  clientIds: readonly string[];
  /** One that came before is taken again: where it ends the same, and may not have done so yet. */
  takesAgain?: boolean | undefined;
}

/** How many `jti` are remembered; what is forgotten for newer ones could come again, and would end nothing new. */
const MAX_IDS = 100_000;

/**
 * Makes the validation of an issuer's logout tokens (OpenID Connect Back-Channel Logout §2.6). Each is taken once:
 * its `jti` is remembered until its `exp`, unless the policy says otherwise.
 *
 * The function throws {@link LogoutRefusedError} for the first check that fails and
 * {@link VerificationUndecidedError} when the keys cannot be fetched.
 */
export function createLogoutTokenVerifier(
  keys: JWTVerifyGetKey,
  { issuer, clientIds, takesAgain }: LogoutPolicy,
) {
  const taken = new LRUCache<string, true>({
    max: MAX_IDS,
    // The system's clock, by which tokens expire, instead of the cache's own.
    perf: { now: () => Date.now() },
    ttlResolution: 0,
  });
  return async (token: string): Promise<Logout> => {
    const { aud, iat, exp, jti, sub, sid } = await readClaims(token, keys, issuer);
    if (![aud].flat().some((entry) => clientIds.includes(entry))) {
      refuse(`expected audience ${quote(clientIds)}, the token has ${quote(aud)}`);
    }
    const now = Date.now() / 1000;
    if (exp <= now) refuse(`\`exp\` ${exp} has passed (now ${Math.floor(now)})`);
    if (iat > now + NOT_BEFORE_TOLERANCE_SECONDS)
      refuse(`\`iat\` ${iat} is in the future (now ${Math.floor(now)})`);
    if (sub === undefined && sid === undefined) refuse('expected `sub` or `sid`, the token has neither');
    const logout = { subject: sub, sessionId: sid, issuedAt: iat };
    if (takesAgain) return logout;
    const id = hash('sha256', jti, 'base64');
    if (taken.has(id)) refuse(`came before: its \`jti\` ${quote(jti)} was taken already`);
    // A whole number that is more than 0, or it would be remembered for ever.
    taken.set(id, true, { ttl: Math.ceil((exp - now) * 1000) });
    return logout;
  };
}

async function readClaims(token: string, keys: JWTVerifyGetKey, issuer: string) {
  if (token.length > MAX_LOGOUT_TOKEN_LENGTH) refuse(`longer than ${MAX_LOGOUT_TOKEN_LENGTH} characters`);
  try {
    const { alg, typ } = requireHeader(token);
    requireAlgorithm(alg);
    if (!logoutTokenTypes.has(typ?.toLowerCase())) refuse(`its header \`typ\` is ${quote(typ)}`);
    // Before the signature is checked, and only to refuse: a foreign token never makes us fetch keys.
    requireIssuer(decodePayload(token.split('.')[1] ?? ''), { issuer });
    const parsed = logoutClaims.safeParse(decodePayload(await verifySignature(token, keys)));
    if (parsed.success) return parsed.data;
    const names = parsed.error.issues.map(({ path }) => path.join('.'));
    return refuse(`claims that are missing or not as specified: ${names.join(', ')} (section 2.4)`);
  } catch (error) {
    if (error instanceof TokenRefusedError) throw new LogoutRefusedError(error.logMessage);
    throw error;
  }
}

function refuse(logMessage: string): never {
  throw new LogoutRefusedError(logMessage);
}
