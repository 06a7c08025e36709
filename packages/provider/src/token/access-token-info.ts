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
