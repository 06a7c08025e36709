import type { JsonObject } from './authorization-server-metadata.ts';

/** The way by which a token was proved. */
export type Proof = 'jwt' | 'introspection' | 'userinfo';

/** An accepted access token. mcp-auth and both MCP SDKs take it as their `AuthInfo`. */
export type AccessTokenInfo = {
  token: string;
  issuer: string;
  /** The user's id at the issuer. */
  subject: string;
  /** The client that the token was issued to; empty when the IdP does not say. */
  clientId: string;
  scopes: string[];
  audience: string[];
  /** Seconds since the epoch: the token's expiry, or, where the IdP names none, when it must be judged again. */
  expiresAt: number;
  /** What the IdP says of the user and of the token; `sub` is the subject. */
  claims: JsonObject;
  provedBy: Proof;
  /** The accepted audience that is a URL, for the `expectedResource` of the MCP SDKs. */
  resource?: URL;
};

/** Whether what a framework hands on as its auth info is an {@link AccessTokenInfo}. */
export function isAccessTokenInfo(authInfo: unknown): authInfo is AccessTokenInfo {
  return typeof authInfo === 'object' && authInfo !== null && 'provedBy' in authInfo;
}
