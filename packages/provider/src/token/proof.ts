import type { VerificationUndecidedError } from '../errors.ts';
import type { Caller } from '../idp/question-budget.ts';
import type { Proof } from './access-token-info.ts';
import type { IntrospectedToken } from './introspection.ts';
import type { ReadProfile } from './profile.ts';
import type { CheckedClaims } from './token-claims.ts';
import type { IdentifiedUser, SubjectMapping } from './user.ts';
import type { UnprovableJwt, VerifiedJwt } from './verify-jwt.ts';

/**
 * What the userinfo endpoint's answer means for a token that was proved without it: `profile`, more claims and
 * nothing else; `revocation`, claims too, and a refusal there refuses the token; `none`, it is not asked.
 */
export type UserinfoRole = 'profile' | 'revocation' | 'none';

export type VerifyJwt = (token: string) => Promise<VerifiedJwt | UnprovableJwt>;

export type Introspect = (token: string) => Promise<IntrospectedToken>;

/** The ways in which a token of one issuer can be proved; what an IdP does not offer is absent. */
export interface ProofMethods {
  verifyJwt?: VerifyJwt | undefined;
  introspect?: Introspect | undefined;
  /** Where the user is in the answers of introspection and userinfo. */
  mapping: SubjectMapping;
  /** Proves a token that nothing else proves. */
  readUserinfo?: ((token: string) => Promise<IdentifiedUser>) | undefined;
  /** The same question about a token that is proved already. */
  readProfile?: ReadProfile | undefined;
  userinfoRole: UserinfoRole;
  /** With the role `revocation`: decides on a token about which userinfo could not be asked, and may throw. */
  revocationUnchecked?: ((failure: VerificationUndecidedError) => void) | undefined;
  /** Takes why a profile is not used. */
  warnOfProfile?: ((reason: string) => void) | undefined;
}

/** A token that is proved, and what is known of it. */
export interface ProvedToken extends CheckedClaims, IdentifiedUser {
  provedBy: Proof;
  /** Where the IdP was also asked whether it was revoked: that it was not, or why nobody knows. */
  notRevoked?: true | VerificationUndecidedError;
}

/** Proves a token for a caller. */
export type Prove<Proved extends ProvedToken = ProvedToken> = (
  token: string,
  caller?: Caller,
) => Promise<Proved>;
