import type { NameOf } from '@mcp-whoami/environment';
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
  /** Why there may be groups that are not among them, and what to do about it, for the log. */
  groupsMissing?: string | undefined;
}

/** One page of an answer of the IdP's API. */
export interface ApiPage {
  /** The JSON of a 200. */
  body: unknown;
  /** Where the next page is (RFC 8288, `rel="next"`), of the same origin. */
  next: string | undefined;
}

/** How to ask, where it is not a plain GET. */
export interface ApiQuestion {
  method?: 'GET' | 'POST' | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | undefined;
}

/**
 * Asks the IdP's API with the access token of the person who signs in. Nothing where the token may not ask that (403,
 * 404); whatever else is not a 200 with JSON is thrown.
 */
export type AskAsPerson = (url: string, how?: ApiQuestion) => Promise<ApiPage | undefined>;

/** An IdP whose ID tokens say who signed in (OpenID Connect Core §2). */
export interface OpenIdUpstream {
  kind: 'oidc';
  issuer: string;
  /** Where to fetch the metadata when the issuer cannot be reached from here. */
  discoveryUrl?: string | undefined;
  /** Where the issuer is known only by its metadata: which ones it may be. Otherwise `issuer`, byte for byte. */
  acceptsIssuer?: ((issuer: string) => boolean) | undefined;
  /** Whether the profile is not all in the ID token, so that userinfo is asked too, where the metadata has it. */
  asksUserinfo?: boolean | undefined;
  /** Who it is, by the claims of the ID token that was verified, and of userinfo. Throws where a claim is missing. */
  identify(claims: JsonObject): Identity;
}

/** Where an OAuth 2.0 authorization server is: its metadata (RFC 8414), or its endpoints. */
export type OAuth2Endpoints =
  | { kind: 'discover'; issuer: string; discoveryUrl?: string | undefined }
  | {
      kind: 'byHand';
      authorizationEndpoint: string;
      tokenEndpoint: string;
      /** `iss` of its authorization responses (RFC 9207), where it promises one. */
      issuer?: string | undefined;
    };

/** An IdP that knows no ID tokens: a question to its API says who signed in. */
export interface OAuth2Upstream {
  kind: 'oauth2';
  endpoints: OAuth2Endpoints;
  /** `userinfoEndpoint` is what the metadata says. Throws where the answer names nobody. */
  identify(ask: AskAsPerson, server: { userinfoEndpoint: string | undefined }): Promise<Identity>;
}

/** What the names of groups look like, where that is known. */
export interface GroupNames {
  /** Upper and lower case are one. */
  ignoreCase: boolean;
  pattern: RegExp;
  /** The same in words: `an organization (org:acme) or a team (acme/team)`. */
  expected: string;
  example: string;
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
  /** What is asked for beside it where the metadata lists it in `scopes_supported`. */
  scopesWhereSupported?: readonly string[] | undefined;
  /** Further parameters of the authorization request, such as `access_type=offline`. */
  authorizationParameters?: Readonly<Record<string, string>> | undefined;
  groupNames?: GroupNames | undefined;
}

/** What a provider's declaration of an upstream is given. */
export interface UpstreamContext {
  /** How messages name a setting. */
  nameOf: NameOf;
  /** The groups that let somebody in, where any are named: what is asked for may depend on them. */
  allowedGroups?: readonly string[] | undefined;
}
