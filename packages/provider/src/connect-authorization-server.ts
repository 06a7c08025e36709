import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
  type JsonObject,
  toAuthServerConfig,
} from './authorization-server-metadata.ts';
import type { ConnectionContext, ProviderConnection } from './define-provider.ts';
import { discoverMetadata } from './discovery.ts';
import { ConfigurationError } from './errors.ts';
import { createIntrospector } from './introspection.ts';
import { ANY_AUDIENCE, isLoopbackHost, type ResourceServerSettings } from './resource-server-settings.ts';
import type { TokenPolicy } from './token-claims.ts';
import { createUserinfoReader, type SubjectMapping, type UserinfoEndpoint } from './userinfo.ts';
import { createVerifyAccessToken, type ProofMethods, type UserinfoRole } from './verify-access-token.ts';
import { createJwtVerifier } from './verify-jwt.ts';

/** Endpoints of an IdP that publishes no metadata. */
export interface EndpointsByHand {
  authorizationEndpoint: string;
  tokenEndpoint: string;
}

/** An authorization server as a provider declares it. */
export interface AuthorizationServer {
  /** Where its metadata is, or what it would say. */
  metadata: { issuer: string; type: 'oidc' | 'oauth'; issuerField: string } | EndpointsByHand;
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
  /** What to change when the audience of a token does not fit, for the log. */
  audienceAdvice?: string;
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
  requireClientId(server.settings, context);
  const insecure = checkTransport(server.urls, context);
  const found = await findMetadata(server, context);
  const policy = tokenPolicy(found, server, context);
  const methods = proofMethods(server, found.metadata, policy, context);
  return {
    config: toAuthServerConfig(found.metadata, found.type),
    issuer: found.metadata.issuer,
    metadata: found.document,
    published: found.published,
    scopes: server.settings.scopes.filter((scope) => scope !== 'offline_access'),
    requiredScopes: server.settings.requiredScopes,
    warnings: [...insecure, ...describeDoubts(server, found.metadata, policy, methods, context)],
    notes: [],
    verifyAccessToken: createVerifyAccessToken(found.metadata.issuer, methods, policy),
    [Symbol.asyncDispose]: async () => {},
  };
}

function requireClientId(
  { clientId, clientSecret }: ResourceServerSettings,
  { variable }: ConnectionContext,
) {
  if (clientSecret === undefined || clientId !== undefined) return;
  throw new ConfigurationError([
    { variable: variable('clientId'), expected: `the client whose secret ${variable('clientSecret')} is` },
  ]);
}

/** OAuth 2.1 §1.5: plain http only on this machine. Refused in production, a warning elsewhere. */
function checkTransport(urls: AuthorizationServer['urls'], context: ConnectionContext): string[] {
  const insecure = Object.entries(urls).flatMap(([field, url]) => {
    if (url === undefined) return [];
    const { protocol, hostname } = new URL(url);
    return protocol === 'http:' && !isLoopbackHost(hostname)
      ? [{ variable: context.variable(field), url }]
      : [];
  });
  if (context.production && insecure.length > 0) {
    throw new ConfigurationError(
      insecure.map(({ variable, url }) => ({
        variable,
        found: url,
        expected: 'https: with NODE_ENV=production tokens never travel over plain http',
        example: `${variable}=${url.replace(/^http:/i, 'https:')}`,
      })),
    );
  }
  return insecure.map(
    ({ variable, url }) => `${variable}=${url} is plain http: anybody on the way can read tokens`,
  );
}

interface FoundMetadata {
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
  const { issuer, type, issuerField } = source;
  const { document, metadata, foundByClients } = await discoverMetadata({
    issuer,
    type,
    url: server.settings.discoveryUrl,
    issuerVariable: context.variable(issuerField),
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
    audienceAdvice:
      server.audienceAdvice ??
      `make the IdP issue tokens for this server, or accept them on purpose with ${context.variable('audience')}`,
  };
}

function proofMethods(
  server: AuthorizationServer,
  metadata: AuthorizationServerMetadata,
  policy: TokenPolicy,
  context: ConnectionContext,
): ProofMethods {
  const { settings, mapping = { subjectPath: 'sub' } } = server;
  const reach = reachableUrl(metadata.issuer, settings.discoveryUrl);
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
    introspect: introspectionUrl
      ? createIntrospector(reach(introspectionUrl), client, policy, mapping)
      : undefined,
    readUserinfo: userinfoUrl
      ? createUserinfoReader({ ...server.userinfo, url: reach(userinfoUrl) }, mapping)
      : undefined,
    userinfoRole: server.userinfoRole,
  };
}

/** When the public issuer can't be reached from here, its endpoints are reached as its metadata was. */
function reachableUrl(issuer: string, discoveryUrl: string | undefined) {
  return (url: string): string => {
    const target = new URL(url);
    if (discoveryUrl === undefined || target.origin !== new URL(issuer).origin) return url;
    return `${new URL(discoveryUrl).origin}${target.pathname}${target.search}`;
  };
}

/** What will not work, or is weaker than it looks. */
function describeDoubts(
  { settings }: AuthorizationServer,
  metadata: AuthorizationServerMetadata,
  policy: TokenPolicy,
  methods: ProofMethods,
  { variable }: ConnectionContext,
): string[] {
  const anyAudience = policy.audience.includes(ANY_AUDIENCE);
  const doubts: [boolean, string][] = [
    [
      anyAudience,
      `${variable('audience')}=* turns the audience check off: a token that any application got from this IdP is accepted`,
    ],
    [
      settings.clientId !== undefined && methods.introspect === undefined,
      `${variable('clientId')} is set, but the IdP’s metadata names no introspection endpoint: opaque tokens are not introspected`,
    ],
    [
      !anyAudience && methods.verifyJwt === undefined && methods.introspect === undefined,
      `only the userinfo endpoint can prove a token, and it does not say for whom the token is: every token is refused unless ${variable('audience')}=* accepts them on purpose`,
    ],
    [
      methods.verifyJwt === undefined &&
        methods.introspect === undefined &&
        methods.readUserinfo === undefined,
      'the IdP’s metadata names no `jwks_uri`, no userinfo endpoint and no introspection endpoint that this server may use: no token can be proved, so every one is refused',
    ],
    [
      metadata.code_challenge_methods_supported?.includes('S256') !== true,
      'the IdP’s metadata does not list S256 in `code_challenge_methods_supported`: MCP clients refuse to sign in with it',
    ],
    [
      settings.scopes.includes('offline_access'),
      `${variable('scopes')} names offline_access, which is not asked of clients: they add it by themselves`,
    ],
  ];
  return doubts.filter(([applies]) => applies).map(([, text]) => text);
}
