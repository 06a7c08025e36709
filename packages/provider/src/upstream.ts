import type { JsonObject } from './json.ts';

/** A person as the IdP knows them that signs them in. */
export interface Identity {
  /** The id of the account there, which nobody else ever gets: `1005`. */
  id: string;
  /** The profile as claims of OpenID Connect Core §5.1: `name`, `preferred_username`, `picture`, `email`, `email_verified`. */
  claims: JsonObject;
  /** E-mail addresses that the IdP says it has verified. */
  verifiedEmails: readonly string[];
  /** Groups, roles and organizations, by the names that `ALLOWED_GROUPS` takes. */
  groups: readonly string[];
}

/** One page of an answer of the IdP's API. */
export interface ApiPage {
  /** The JSON of a 200. */
  body: unknown;
  /** Where the next page is (RFC 8288, `rel="next"`), of the same origin. */
  next: string | undefined;
}

/** Asks the IdP's API with the access token of the person who signs in. What is not a 200 with JSON is thrown. */
export type AskAsPerson = (url: string) => Promise<ApiPage>;

/** An IdP whose ID tokens say who signed in (OpenID Connect Core §2). */
export interface OpenIdUpstream {
  kind: 'oidc';
  issuer: string;
  /** Where to fetch the metadata when the issuer cannot be reached from here. */
  discoveryUrl?: string | undefined;
  /** Who it is, by the claims of the ID token that was verified. Throws where a claim is missing. */
  identify(claims: JsonObject): Identity;
}

/** An IdP that knows no ID tokens: a question to its API says who signed in. */
export interface OAuth2Upstream {
  kind: 'oauth2';
  /** `iss` of its authorization responses (RFC 9207), where it sends one. */
  issuer?: string | undefined;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  identify(ask: AskAsPerson): Promise<Identity>;
}

/** An IdP at which a bridge signs people in by a client of its own. */
export interface Upstream {
  /** What subjects begin with: `github` of `github:1005`. */
  id: string;
  /** For people: `GitHub`. */
  title: string;
  server: OpenIdUpstream | OAuth2Upstream;
  clientId: string;
  clientSecret: string;
  clientAuth: 'client_secret_basic' | 'client_secret_post';
  /** What is asked for there. It is nothing that the bridge's own clients see. */
  scopes: readonly string[];
  /** Further parameters of the authorization request, such as `access_type=offline`. */
  authorizationParameters?: Readonly<Record<string, string>> | undefined;
}
