import type { AuthorizationServer } from './authorization-server.ts';
import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
  type JsonObject,
} from './authorization-server-metadata.ts';
import type { ConnectionContext, ProviderConnection } from './define-provider.ts';
import { discoverMetadata } from './discovery.ts';
import { publishedMetadata } from './published-metadata.ts';

/** The metadata of an authorization server, and what MCP clients are told of it. */
export interface FoundMetadata {
  /** Made here: its issuer is this server, not the IdP. */
  byHand: boolean;
  type: 'oidc' | 'oauth';
  document: JsonObject;
  metadata: AuthorizationServerMetadata;
  /** Whether an MCP client that is given the IdP's issuer finds the document. */
  foundByClients: boolean;
  published: ProviderConnection['published'];
}

/**
 * Discovers the metadata, or makes it of the endpoints given by hand.
 *
 * @throws {ConfigurationError} when it can not be had or is another issuer's.
 */
export async function findMetadata(
  server: AuthorizationServer,
  context: ConnectionContext,
): Promise<FoundMetadata> {
  const ownIssuer = context.publicUrl ?? new URL(context.resources[0]).origin;
  const source = server.metadata;
  if ('tokenEndpoint' in source) {
    const document = {
      issuer: ownIssuer,
      authorization_endpoint: source.authorizationEndpoint,
      token_endpoint: source.tokenEndpoint,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      // The MCP specification has clients stop without it; an IdP that does not know PKCE ignores the parameters
      // (RFC 7636 §5).
      ...(source.pkce === 'none' ? {} : { code_challenge_methods_supported: ['S256'] }),
    };
    const metadata = authorizationServerMetadata.parse(document);
    return {
      byHand: true,
      type: 'oauth',
      document,
      metadata,
      foundByClients: true,
      published: { issuer: ownIssuer, metadata: document },
    };
  }
  const { issuer, type, issuerField, settingOf, hint } = source;
  const discovered = await discoverMetadata({
    issuer,
    type,
    url: server.settings.discoveryUrl,
    issuerVariable: context.variable(issuerField),
    settingOf,
    hint,
    urlVariable: context.variable('discoveryUrl'),
    repairMetadata: server.repairMetadata,
  });
  return { byHand: false, type, ...discovered, published: publishedMetadata(discovered, ownIssuer) };
}
