import type { ProviderConnection } from '@mcp-whoami/provider';
import { protectedResourceMetadata, protectedResourceMetadataPath } from './protected-resource-metadata.ts';
import { publicPathOf } from './public-path.ts';

/** Where metadata is (RFC 8615), compared as Express compares paths. */
export const WELL_KNOWN_PATH = /^\/\.well-known(?:\/|$)/i;

const authorizationServerMetadataPath = '/.well-known/oauth-authorization-server';
const openIdConfigurationPath = '/.well-known/openid-configuration';

/**
 * The metadata of the resources, at the root that of the first, and the authorization server's for clients older
 * than RFC 9728, by the path that it stands at. Where the public URL has a path, metadata stands behind
 * `/.well-known/…` with that path (RFC 9728 §3.1, RFC 8414 §3.1) and, for proxies that take the path off, without.
 */
export function wellKnownDocuments(
  resources: readonly [string, ...string[]],
  resourceName: string,
  connection: ProviderConnection,
  publicUrl: string,
): ReadonlyMap<string, object> {
  const publicPath = publicPathOf(publicUrl);
  const { published, config } = connection;
  const described = resources.map((resource) => {
    const { pathname } = new URL(resource);
    const document = protectedResourceMetadata(resource, resourceName, connection);
    return { path: pathname === '/' ? '' : pathname, document };
  });
  const documents = new Map<string, object>();
  for (const path of ['', publicPath]) {
    documents.set(`${authorizationServerMetadataPath}${path}`, published.metadata);
    // Of an issuer with a path clients look there too, last under that path itself: all that some proxies hand on.
    if (publicPath !== '' && published.issuer === publicUrl && config.type === 'oidc')
      documents.set(`${openIdConfigurationPath}${path}`, published.metadata);
  }
  // The first is at the root too. No other form of one may hide what is a resource's own.
  for (const { path, document } of described.toReversed()) {
    documents.set(`${protectedResourceMetadataPath}${publicPath}`, document);
    documents.set(protectedResourceMetadataPath, document);
    if (path.startsWith(`${publicPath}/`))
      documents.set(`${protectedResourceMetadataPath}${path.slice(publicPath.length)}`, document);
  }
  for (const { path, document } of described)
    documents.set(`${protectedResourceMetadataPath}${path}`, document);
  return documents;
}
