import type { TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Caller, Proof } from './access-token-info.ts';
import type { JoseHeader } from './jwt-parts.ts';
import type { IdentifiedUser, SubjectMapping, UserinfoRole } from './user.ts';

/** What a token's claims say once they passed. */
export interface CheckedClaims {
  audience: string[];
  /** Seconds since the epoch. */
  expiresAt: number | undefined;
  /** `client_id`, else `azp` or `cid`; empty when none is there. */
  clientId: string;
  scopes: string[];
  /** `iat`, seconds since the epoch. */
  issuedAt?: number | undefined;
  /** `sid`: the session at the IdP (OpenID Connect Back-Channel Logout §2.1). */
  sessionId?: string | undefined;
}

/** A JWT that is proved to be an access token of the issuer for this server. */
export interface VerifiedJwt extends CheckedClaims {
  subject: string;
  expiresAt: number;
  claims: JsonObject;
  /** What lets it look like an ID token while nothing speaks against that: then the userinfo endpoint decides. */
  doubt: string | undefined;
}

/** A JWT of which nothing here says whether it is good. */
export interface UnprovableJwt {
  /** The verdict where nobody else can be asked. */
  unprovable: TokenRefusedError | VerificationUndecidedError;
  /** The check that it fails by its own word, which is reason enough to refuse it. */
  objection?: TokenRefusedError | undefined;
  /** Its own word, or what the signature proves, on when it expires. */
  expiresAt: number | undefined;
}

/** An active token, by the word of the IdP. */
export interface IntrospectedToken extends CheckedClaims {
  /** What the IdP says of the token and its user. */
  claims: JsonObject;
}

/** Asks about a token that was proved already; `subject` is what its proof says, if it does. */
export type AskOfUser<Answer> = (token: string, subject: string | undefined) => Promise<Answer>;

export type VerifyJwt = (
  token: string,
  header: JoseHeader,
  caller: Caller,
) => Promise<VerifiedJwt | UnprovableJwt>;

export type Introspect = (token: string) => Promise<IntrospectedToken>;

/** The ways in which a token of one issuer can be proved; what an IdP does not offer is absent. */
export interface ProofMethods {
  verifyJwt?: VerifyJwt | undefined;
  introspect?: Introspect | undefined;
  /** The same question about a token that is proved already. */
  introspectProved?: AskOfUser<IntrospectedToken> | undefined;
  /** Where the user is in the answers of introspection and userinfo. */
  mapping: SubjectMapping;
  /** Proves a token that nothing else proves. */
  readUserinfo?: ((token: string) => Promise<IdentifiedUser>) | undefined;
  /** The same question about a token that is proved already. */
  readProfile?: AskOfUser<IdentifiedUser> | undefined;
  userinfoRole: UserinfoRole;
  /** With the role `revocation`: decides on a token about which userinfo could not be asked, and may throw. */
  revocationUnchecked: (failure: VerificationUndecidedError) => void;
  /** Takes why a profile is not used. */
  warnOfProfile: (reason: string) => void;
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
