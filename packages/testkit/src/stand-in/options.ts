import type { JWK } from 'jose';
import type { Account } from '../accounts.ts';
import type { JsonObject } from '../json.ts';
import type { SigningAlg } from './signing.ts';
import type { UserinfoAnswer } from './user-endpoint.ts';

/**
 * Where the metadata is:
 * - `openid`: issuer + /.well-known/openid-configuration (OpenID Connect Discovery 1.0 §4)
 * - `rfc8414`: /.well-known/oauth-authorization-server inserted before the issuer's path (RFC 8414 §3.1)
 * - `rfc8414-appended`: issuer + /.well-known/oauth-authorization-server, as Logto has it
 */
export type MetadataForm = 'openid' | 'rfc8414' | 'rfc8414-appended';

/** How a resource server proves itself at the introspection endpoint (RFC 7662 §2.1). */
export type IntrospectionClientAuth = 'client_secret_basic' | 'client_secret_post';

export type IntrospectionOptions = {
  /** The one method that is accepted; `client_secret_basic` unless told. */
  clientAuth?: IntrospectionClientAuth;
  /** What the other method gets: a 401 unless told; Glewlwyd says that every token is inactive. */
  otherClientAuth?: 'refused' | 'inactive';
  /** Shapes an active answer; the account is whose token it is. */
  answer?: (answer: JsonObject, account: Account | undefined) => JsonObject;
};

/** A client that the stand-in knows from the start, by the members of its registration (RFC 7591 §2). */
export type RegisteredClient = {
  client_id: string;
  client_secret?: string;
  application_type?: 'web' | 'native';
  token_endpoint_auth_method?: 'none' | IntrospectionClientAuth;
  redirect_uris?: string[];
  grant_types?: string[];
  response_types?: ('code' | 'none')[];
  scope?: string;
};

export type IssueOptions = {
  user?: Account;
  /** RFC 8707; without it a bound token is opaque and has no audience. */
  resource?: string;
  /** `openid profile email` unless told. */
  scope?: string;
  clientId?: string;
  /** Seconds. */
  lifetime?: number;
};

export type StandInOptions = {
  /** Path of the issuer; a trailing slash stays in `iss` and in the metadata. '' unless told. */
  issuerPath?: '' | `/${string}`;
  /** `openid` unless told. */
  metadata?: 'none' | MetadataForm | readonly MetadataForm[];
  transformMetadata?: (document: JsonObject) => unknown;
  /** `iss` in its redirects, promised in the metadata (RFC 9207). True unless told; never without metadata. */
  sendsIssuer?: boolean;
  transformJwks?: (jwks: { keys: JWK[] }) => unknown;
  /** `jwt` unless told; with `resource: 'bound'` a token asked without `resource` is opaque all the same. */
  accessTokens?: 'jwt' | 'opaque';
  /** `bound`: `aud` is the RFC 8707 resource asked for. `ignored`: it is `audience`, whatever was asked. */
  resource?: 'bound' | 'ignored';
  /** With `resource: 'ignored'`; undefined: tokens carry no `aud`. */
  audience?: string | readonly string[] | undefined;
  /** Shapes the payload of every JWT access token. */
  accessTokenClaims?: (claims: JsonObject, accountId: string) => JsonObject;
  /** Shapes the payload of every ID token, which has the claims of the scope `openid` alone (`groups`, `name` …). */
  idTokenClaims?: (claims: JsonObject, accountId: string) => JsonObject;
  /** Members of a JWT access token's header; `typ` is at+jwt (RFC 9068 §2.1) unless told. */
  accessTokenHeader?: JsonObject;
  /** Seconds; 3600 unless told. */
  accessTokenLifetime?: number;
  signingAlg?: SigningAlg;
  /** Userinfo, introspection and revocation know JWT access tokens (Keycloak does, oidc-provider does not). */
  jwtsHonoured?: boolean;
  /** Scopes besides openid, profile, email and offline_access. */
  scopes?: readonly string[];
  /** When a refresh token is issued: for the scope offline_access (OpenID Connect Core 1.0 §11), or always. */
  refreshTokens?: 'offline_access' | 'always';
  /** /me unless told; appended to the issuer's path. */
  userinfoPath?: `/${string}`;
  /** Replaces the OpenID userinfo endpoint. Tokens are looked up for it. */
  userinfoAnswer?: UserinfoAnswer;
  /** Off unless told. */
  introspection?: boolean | IntrospectionOptions;
  /** RFC 7591. `scope-capped`: a client gets no scope it did not register with (what oidc-provider does). */
  registration?: 'open' | 'scope-capped' | 'off';
  /** Besides `nativeClient` and `confidentialClient`. */
  clients?: readonly RegisteredClient[];
  accounts?: readonly Account[];
};

/** A public native client (RFC 8252): PKCE, a loopback redirect on any port. */
export const nativeClient = {
  client_id: 'native-client',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
} satisfies RegisteredClient;

/** A confidential client with a secret. */
export const confidentialClient = {
  ...nativeClient,
  client_id: 'confidential-client',
  client_secret: 'confidential-client-secret',
  token_endpoint_auth_method: 'client_secret_basic',
} satisfies RegisteredClient;

/** The resource server's own client at the introspection endpoint. */
export const resourceServerClient = (clientAuth: IntrospectionClientAuth) =>
  ({
    client_id: 'resource-server',
    // The characters that form-encoding before Basic changes (RFC 6749 §2.3.1).
    client_secret: 'resource server/secret+%:1',
    token_endpoint_auth_method: clientAuth,
    redirect_uris: [],
    grant_types: [],
    response_types: [],
  }) satisfies RegisteredClient;
