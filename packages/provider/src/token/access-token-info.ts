import type { JsonObject } from '../json.ts';

/** The way by which a token was proved. */
export type Proof = 'jwt' | 'introspection' | 'userinfo';

/** Whose a token is: a user's, or the client's own, of the client credentials grant (RFC 6749 §4.4). */
export type SubjectKind = 'user' | 'client';

/** An accepted access token. mcp-auth and both MCP SDKs take it as their `AuthInfo`. */
export type AccessTokenInfo = {
  token: string;
  issuer: string;
  /** The user's id at the issuer; the client's where `subjectKind` says so. */
  subject: string;
  /** A client may have the id of a user: what is for users alone must look at this too (RFC 9700 §4.15). */
  subjectKind: SubjectKind;
  /** The client that the token was issued to; empty when the IdP does not say. */
  clientId: string;
  scopes: string[];
  audience: string[];
  /** Seconds since the epoch: the token's expiry, or, where the IdP names none, when it must be judged again. */
  expiresAt: number;
  /** Seconds since the epoch: when it was issued, where what proved the token says so. */
  issuedAt?: number | undefined;
  /** The session at the IdP (`sid`), where what proved the token names one. */
  sessionId?: string | undefined;
  /** What the IdP says of the user and of the token; `sub` is the subject. Frozen, with all that is in it. */
  claims: Readonly<JsonObject>;
  provedBy: Proof;
  /** The accepted audience that is a URL, for the `expectedResource` of the MCP SDKs. */
  resource?: URL;
};

/** Whether what a framework hands on as its auth info is an {@link AccessTokenInfo}. */
export function isAccessTokenInfo(authInfo: unknown): authInfo is AccessTokenInfo {
  return typeof authInfo === 'object' && authInfo !== null && 'provedBy' in authInfo;
}

/**
 * Who calls, by any texts that tell one from another: an address, or the networks that it is in, the narrowest first
 * (of IPv6 a /64 and the /48 around it). Each of them counts, a wider one with a larger bound.
 */
export type Caller = string | readonly string[];

/** The call that a token came with, as far as its judgement looks at it. */
export interface TokenUse {
  /** Who calls, as far as it can be told. Those without any are one caller. */
  caller?: Caller | undefined;
  /** The resource that is called: where the server's resources are the accepted audience, the token must name it. */
  resource?: string | undefined;
}
