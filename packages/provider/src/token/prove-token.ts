import { type TokenForm, TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import { quote } from '../printable.ts';
import { acceptsNoAudience } from './audience.ts';
import { addProfile, forAnotherClient, isForClient, profileOf, withProfile } from './profile.ts';
import type { Introspect, ProofMethods, ProvedToken, UnprovableJwt, VerifiedJwt } from './proof.ts';
import type { TokenPolicy } from './token-claims.ts';
import { findUser, subjectMissing } from './user.ts';

/** Asks the IdP about a token of which nothing is known, within what may be asked. */
type Ask = <Answer>(question: () => Promise<Answer>) => Promise<Answer>;

/** What a JWT is worth that was judged here: with the profile of its user, or by introspection where it could not be. */
export async function proveJwt(
  token: string,
  jwt: VerifiedJwt | UnprovableJwt,
  methods: ProofMethods,
  ask: Ask,
): Promise<ProvedToken> {
  if ('unprovable' in jwt) return proveUnprovable(token, jwt, methods, ask);
  return jwt.doubt === undefined
    ? addProfile(token, { ...jwt, provedBy: 'jwt' }, methods, methods.userinfoRole)
    : confirmByUserinfo(token, jwt, jwt.doubt, methods);
}

/** A JWT that fails a check by its own word is not asked about, and one that is not active there stays what it is here. */
async function proveUnprovable(
  token: string,
  { unprovable, objection, expiresAt }: UnprovableJwt,
  methods: ProofMethods,
  ask: Ask,
): Promise<ProvedToken> {
  const { introspect } = methods;
  if (introspect === undefined) throw unprovable;
  if (objection !== undefined) throw objection;
  try {
    const proved = await ask(() => proveByIntrospection(token, introspect, methods));
    const expiries = [proved.expiresAt, expiresAt].filter((time) => time !== undefined);
    return { ...proved, expiresAt: expiries.length === 0 ? undefined : Math.min(...expiries) };
  } catch (error) {
    if (!(error instanceof TokenRefusedError) || error.code !== 'inactive') throw error;
    if (unprovable instanceof VerificationUndecidedError) throw unprovable;
    throw new TokenRefusedError(unprovable.code, `${unprovable.finding}, and ${error.finding}`, {
      mend: unprovable.mend,
    });
  }
}

const formInWords: Readonly<Record<TokenForm, string>> = {
  opaque_token: 'the token is opaque, not a JWT',
  encrypted_token: 'the token is encrypted, a JWE (RFC 7516)',
};

/**
 * Finds how a token is proved by what the IdP says to it: introspection, else userinfo.
 *
 * @throws {TokenRefusedError} `malformed_token` or `audience_unknown`, before the IdP is asked, where no answer of it
 *   could make the token good.
 */
export function wayToAsk(
  methods: ProofMethods,
  policy: TokenPolicy,
  form: TokenForm,
): (token: string) => Promise<ProvedToken> {
  const { introspect, readUserinfo, verifyJwt } = methods;
  const described =
    verifyJwt === undefined ? 'the IdP publishes no keys that would prove a token' : formInWords[form];
  if (introspect !== undefined) return (token) => proveByIntrospection(token, introspect, methods);
  if (readUserinfo === undefined) {
    throw new TokenRefusedError(
      'malformed_token',
      `${described}, and neither introspection nor a userinfo endpoint is configured`,
      { form },
    );
  }
  // Userinfo names no audience: any application's token of this IdP would do (MCP authorization, token audience).
  if (!acceptsNoAudience(policy)) {
    throw new TokenRefusedError(
      'audience_unknown',
      `expected audience ${quote(policy.audience)}; ${described}, so nothing says for whom it is`,
      { form },
    );
  }
  return async (token) => {
    const user = await readUserinfo(token);
    return { ...user, provedBy: 'userinfo', audience: [], scopes: [], clientId: '', expiresAt: undefined };
  };
}

async function proveByIntrospection(
  token: string,
  introspect: Introspect,
  methods: ProofMethods,
): Promise<ProvedToken> {
  const introspected = await introspect(token);
  const { mapping, readProfile, userinfoRole } = methods;
  const named = findUser(introspected.claims, mapping);
  if (named !== undefined) {
    const role = userinfoRole === 'none' ? 'none' : 'profile';
    return addProfile(token, { ...introspected, ...named, provedBy: 'introspection' }, methods, role);
  }
  // Some IdPs only say here that the token is good, and at the userinfo endpoint whose it is.
  if (readProfile === undefined || userinfoRole === 'none') {
    throw subjectMissing(introspected.claims, mapping, 'introspection');
  }
  const user = await readProfile(token, undefined);
  if (!isForClient(user, introspected)) throw new VerificationUndecidedError(forAnotherClient);
  const claims = { ...profileOf(user.claims), ...introspected.claims };
  return { ...introspected, subject: user.subject, claims, provedBy: 'introspection' };
}

async function confirmByUserinfo(token: string, jwt: VerifiedJwt, doubt: string, methods: ProofMethods) {
  const { readProfile } = methods;
  const refusal = (reason: string) =>
    new TokenRefusedError('not_an_access_token', `${doubt}, and ${reason}; send the access token`);
  if (readProfile === undefined) throw refusal('there is no userinfo endpoint to decide');
  const user = await readProfile(token, jwt.subject).catch((error: unknown) => {
    if (!(error instanceof TokenRefusedError)) throw error;
    throw new TokenRefusedError(error.code, `${error.finding}. It decides, as the token ${doubt}`);
  });
  if (user.subject !== jwt.subject) throw refusal('the userinfo endpoint names another user');
  return withProfile({ ...jwt, provedBy: 'jwt' }, user, methods);
}
