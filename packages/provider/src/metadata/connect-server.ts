import { withNames } from '@mcp-whoami/environment';
import type { ConnectionContext } from '../connect-options.ts';
import { authorizationServerMetadata } from './authorization-server-metadata.ts';
import type { ConnectedServer, EndpointsByHand, MetadataSource, OwnServer } from './connected-server.ts';
import { discoverMetadata } from './discovery.ts';
import { publishedMetadata } from './published-metadata.ts';
import { reachableUrl } from './reachable-url.ts';
import { checkEndpoints } from './transport-security.ts';

/** What the settings say instead of, or beside, the metadata. */
export interface ConfiguredUrls {
  /** Where the metadata is for this server. */
  discoveryUrl?: string | undefined;
  userinfoUrl?: string | undefined;
  introspectionUrl?: string | undefined;
}

/**
 * Discovers the metadata of an authorization server, or makes it of the endpoints given by hand.
 *
 * @throws {ConfigurationError} when it cannot be fetched or is another issuer's, or when it names endpoints over plain
 *   http in production.
 */
export async function connectServer(
  source: MetadataSource,
  { discoveryUrl, userinfoUrl, introspectionUrl }: ConfiguredUrls,
  context: ConnectionContext,
): Promise<ConnectedServer> {
  const ownIssuer = context.publicUrl ?? new URL(context.resources[0]).origin;
  if (source.kind === 'byHand') {
    return serverByHand(source, ownIssuer, { userinfo: userinfoUrl, introspection: introspectionUrl });
  }
  if (source.kind === 'own') return ownServer(source);
  const hint = source.hint && withNames(source.hint, context.nameOf);
  const found = await discoverMetadata({ ...source, hint, url: discoveryUrl, nameOf: context.nameOf });
  const { issuer, jwks_uri, userinfo_endpoint, introspection_endpoint } = found.metadata;
  const reach = (url: string | undefined) => url && reachableUrl(url, issuer, discoveryUrl);
  const endpoints = {
    jwks: reach(jwks_uri),
    userinfo: reach(userinfoUrl ?? userinfo_endpoint),
    introspection: reach(introspectionUrl ?? introspection_endpoint),
  };
  return {
    ...found,
    type: source.type,
    endpoints,
    published: publishedMetadata(found, ownIssuer),
    warnings: checkEndpoints(
      found.metadata,
      [jwks_uri, userinfo_endpoint, introspection_endpoint].map(reach),
      discoveryUrl,
      context,
    ),
  };
}

function ownServer({ metadata: document }: OwnServer): ConnectedServer {
  const metadata = authorizationServerMetadata.parse(document);
  return {
    type: 'oauth',
    document,
    metadata,
    endpoints: {},
    foundByClients: true,
    published: { issuer: metadata.issuer, metadata: document },
    warnings: [],
  };
}

function serverByHand(
  { authorizationEndpoint, tokenEndpoint, pkce }: EndpointsByHand,
  issuer: string,
  endpoints: ConnectedServer['endpoints'],
): ConnectedServer {
  const document = {
    issuer,
    authorization_endpoint: authorizationEndpoint,
    token_endpoint: tokenEndpoint,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    // The MCP specification has clients stop without it; an IdP that does not know PKCE ignores the parameters
    // (RFC 7636 §5).
    ...(pkce === 'none' ? {} : { code_challenge_methods_supported: ['S256'] }),
  };
  return {
    type: 'oauth',
    document,
    metadata: authorizationServerMetadata.parse(document),
    endpoints,
    foundByClients: true,
    published: { issuer, metadata: document },
    warnings: [],
  };
}
