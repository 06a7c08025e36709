import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
  type JsonObject,
  toAuthServerConfig,
} from './authorization-server-metadata.ts';
import type { ConnectionContext, ProviderConnection } from './define-provider.ts';
import { discoverMetadata } from './discovery.ts';
import type { Advice } from './errors.ts';
import { createIntrospector } from './introspection.ts';
import { OFFLINE_ACCESS, type ResourceServerSettings } from './resource-server-settings.ts';
import { describeDoubts } from './start-warnings.ts';
import type { TokenPolicy } from './token-claims.ts';
import { checkConfiguredUrls, checkEndpoints, reachableUrl } from './transport-security.ts';
import { createUserinfoReader, type SubjectMapping, type UserinfoEndpoint } from './userinfo.ts';
import { rememberVerdicts } from './verdict-cache.ts';
import { createVerifyAccessToken, type ProofMethods, type UserinfoRole } from './verify-access-token.ts';
import { createJwtVerifier } from './verify-jwt.ts';

/** Endpoints of an IdP that publishes no metadata. */
export interface EndpointsByHand {
  authorizationEndpoint: string;
  tokenEndpoint: string;
}

/** An IdP that publishes metadata. */
export interface IssuerToDiscover {
  issuer: string;
  /** `oidc`: OpenID Connect Discovery; `oauth`: RFC 8414. */
  type: 'oidc' | 'oauth';
  /** The field of the environment that says the issuer. */
  issuerField: string;
  /** What else helps when the metadata can't be had or is another issuer's. */
  hint?: string;
  /** What that field has to be for an issuer; the issuer itself otherwise. */
  settingOf?: (issuer: string) => string;
}

/** An authorization server as a provider declares it. */
export interface AuthorizationServer {
  /** Where its metadata is, or what it would say. */
  metadata: IssuerToDiscover | EndpointsByHand;
  /** Mends faults that the provider's metadata is known to have. */
  repairMetadata?: (document: JsonObject) => JsonObject;
  /** What userinfo means for a token that was proved without it. */
  userinfoRole: UserinfoRole;
  /** In place of, or beside, what the metadata says. */
  userinfo?: Partial<UserinfoEndpoint>;
  introspectionUrl?: string | undefined;
  /** Where the user is in the answers of userinfo and introspection; `sub` in the whole answer otherwise. */
  mapping?: SubjectMapping;
  settings: ResourceServerSettings;
  /** What to change at this IdP when a token is refused. */
  advice?: Advice;
  /** URLs of the configuration that must not be plain http, by field. */
  urls: Readonly<Record<string, string | undefined>>;
}

/**
 * Connects an authorization server: fetches its metadata and makes the judgement of its tokens.
 *
 * @throws {ConfigurationError} when the metadata can not be had or is another issuer's, or when a URL is plain
 *   http in production.
 */
export async function connectAuthorizationServer(
  server: AuthorizationServer,
  context: ConnectionContext,
): Promise<ProviderConnection> {
  const insecure = checkConfiguredUrls(server.urls, context);
  const found = await findMetadata(server, context);
  const insecureEndpoints = checkEndpoints(found.metadata, server, context);
  const policy = tokenPolicy(found, server, context);
  const methods = proofMethods(server, found.metadata, policy, context);
  const advice = adviceOf(server, context);
  const doubts = describeDoubts({ server, ...found, policy, methods, context });
  return {
    config: toAuthServerConfig(found.metadata, found.type),
    issuer: found.metadata.issuer,
    metadata: found.document,
    published: found.published,
    scopes: server.settings.scopes.filter((scope) => scope !== OFFLINE_ACCESS),
    advice,
    requiredScopes: server.settings.requiredScopes.filter((scope) => scope !== OFFLINE_ACCESS),
    warnings: [...insecure, ...insecureEndpoints, ...doubts],
    notes: [],
    verifyAccessToken: rememberVerdicts(
      createVerifyAccessToken(found.metadata.issuer, methods, policy, advice),
      server.settings.verdictLifetime,
    ),
    [Symbol.asyncDispose]: async () => {},
  };
}

export interface FoundMetadata {
  /** Made here: its issuer is this server's origin, not the IdP's. */
  byHand: boolean;
  type: 'oidc' | 'oauth';
  document: JsonObject;
  metadata: AuthorizationServerMetadata;
  published: ProviderConnection['published'];
}

async function findMetadata(server: AuthorizationServer, context: ConnectionContext): Promise<FoundMetadata> {
  const ownOrigin = new URL(context.resources[0]).origin;
  const source = server.metadata;
  if ('tokenEndpoint' in source) {
    const document = {
      issuer: ownOrigin,
      authorization_endpoint: source.authorizationEndpoint,
      token_endpoint: source.tokenEndpoint,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      // MCP clients stop without it; an IdP that does not know PKCE ignores the parameters (RFC 7636 §5).
      code_challenge_methods_supported: ['S256'],
    };
    const metadata = authorizationServerMetadata.parse(document);
    return {
      byHand: true,
      type: 'oauth',
      document,
      metadata,
      published: { issuer: ownOrigin, metadata: document },
    };
  }
  const { issuer, type, issuerField, settingOf, hint } = source;
  const { document, metadata, foundByClients } = await discoverMetadata({
    issuer,
    type,
    url: server.settings.discoveryUrl,
    issuerVariable: context.variable(issuerField),
    settingOf,
    hint,
    urlVariable: context.variable('discoveryUrl'),
    repairMetadata: server.repairMetadata,
  });
  const published = foundByClients
    ? { issuer, metadata: document }
    : { issuer: ownOrigin, metadata: { ...document, issuer: ownOrigin } };
  return { byHand: false, type, document, metadata, published };
}

function tokenPolicy(
  found: FoundMetadata,
  server: AuthorizationServer,
  context: ConnectionContext,
): TokenPolicy {
  return {
    issuer: found.byHand ? undefined : found.metadata.issuer,
    audience: server.settings.audience ?? context.resources,
  };
}

/** What holds at every IdP, where the provider knows nothing better. */
function adviceOf(server: AuthorizationServer, { variable }: ConnectionContext): Advice {
  const audience = `Make the IdP issue tokens for this server, or accept them on purpose with ${variable('audience')}`;
  return { audience_mismatch: audience, audience_unknown: audience, ...server.advice };
}

function proofMethods(
  server: AuthorizationServer,
  metadata: AuthorizationServerMetadata,
  policy: TokenPolicy,
  context: ConnectionContext,
): ProofMethods {
  const { settings, mapping = { subjectPath: 'sub' } } = server;
  const reach = (url: string) => reachableUrl(url, metadata.issuer, settings.discoveryUrl);
  const introspectionUrl =
    server.introspectionUrl ??
    (settings.clientId === undefined ? undefined : metadata.introspection_endpoint);
  const userinfoUrl = server.userinfo?.url ?? metadata.userinfo_endpoint;
  const client = {
    ...settings,
    advice: `check ${context.variable('clientId')} and ${context.variable('clientSecret')}, or try another ${context.variable('clientAuth')}`,
  };
  return {
    verifyJwt: metadata.jwks_uri
      ? createJwtVerifier(reach(metadata.jwks_uri), { ...policy, issuer: metadata.issuer })
      : undefined,
    introspect: introspectionUrl ? createIntrospector(reach(introspectionUrl), client, policy) : undefined,
    readUserinfo: userinfoUrl
      ? createUserinfoReader({ ...server.userinfo, url: reach(userinfoUrl) }, mapping)
      : undefined,
    mapping,
    userinfoRole: server.userinfoRole,
  };
}
