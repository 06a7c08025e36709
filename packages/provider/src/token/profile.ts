import { TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { CheckedClaims, ProofMethods, ProvedToken } from './proof.ts';
import { accessTokenClaims, tokenTypeClaims } from './token-kind.ts';
import { type IdentifiedUser, UserinfoRefusedError, type UserinfoRole } from './user.ts';

/** What a token says of itself: its issuer, times, session, rights, client and kind. */
const claimsOfTokens = new Set([
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'auth_time', 'acr', 'amr', 'sid', 'cnf', 'act', 'may_act'],
  ...accessTokenClaims,
  ...['azp', 'idtyp'],
  ...tokenTypeClaims,
]);

/**
 * What a userinfo endpoint says of the user, without what it says of tokens: that is judged by what was proved alone
 * (a signed answer has an `iss` and `aud` of its own, OpenID Connect Core §5.3.2).
 */
export function profileOf(userinfo: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(userinfo).filter(([name]) => !claimsOfTokens.has(name)));
}

/**
 * What userinfo adds to a proved token. A profile that is not had, or is of another user, is left out; with the role
 * `revocation` a 401 refuses the token, and no answer is decided on as the setting says.
 */
export async function addProfile(
  token: string,
  proved: ProvedToken,
  methods: ProofMethods,
  role: UserinfoRole,
): Promise<ProvedToken> {
  const { readProfile, revocationUnchecked } = methods;
  if (readProfile === undefined || role === 'none') return proved;
  try {
    const known = withProfile(proved, await readProfile(token, proved.subject), methods);
    return role === 'revocation' ? { ...known, notRevoked: true } : known;
  } catch (error) {
    if (error instanceof VerificationUndecidedError) {
      if (role !== 'revocation') return proved;
      revocationUnchecked(error);
      return { ...proved, notRevoked: error };
    }
    if (!(error instanceof TokenRefusedError)) throw error;
    if (role === 'revocation' && error instanceof UserinfoRefusedError && error.answeredStatus === 401) {
      throw new TokenRefusedError('revoked', error.logMessage);
    }
    return proved;
  }
}

/** What the token itself says is never overwritten; another user's profile is not used (OpenID Connect Core §5.3.2). */
export function withProfile(
  proved: ProvedToken,
  user: IdentifiedUser,
  { warnOfProfile }: Pick<ProofMethods, 'warnOfProfile'>,
): ProvedToken {
  if (user.subject !== proved.subject) return proved;
  if (!isForClient(user, proved)) {
    warnOfProfile(forAnotherClient);
    return proved;
  }
  return { ...proved, claims: { ...profileOf(user.claims), ...proved.claims } };
}

export const forAnotherClient =
  'the userinfo answer is signed for another client than the token’s (OpenID Connect Core section 5.3.2)';

/** Whether a signed answer is for the client that the token was issued to, as far as both are known. */
export function isForClient({ signedFor }: IdentifiedUser, { clientId }: CheckedClaims): boolean {
  return signedFor === undefined || clientId === '' || signedFor.includes(clientId);
}
