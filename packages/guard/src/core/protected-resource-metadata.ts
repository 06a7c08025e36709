import type { ProviderConnection } from '@mcp-whoami/provider';

/** Path under which the metadata of a resource stands, before the resource's own path (RFC 9728 §3.1). */
export const protectedResourceMetadataPath = '/.well-known/oauth-protected-resource';

/** Where the metadata of a resource is (RFC 9728 §3.1). */
export function protectedResourceMetadataUrl(resource: string): string {
  const { origin, pathname, search } = new URL(resource);
  return `${origin}${protectedResourceMetadataPath}${pathname === '/' ? '' : pathname}${search}`;
}

/** The metadata of a resource (RFC 9728 §2). */
export function protectedResourceMetadata(
  resource: string,
  resourceName: string,
  { published, scopes }: Pick<ProviderConnection, 'published' | 'scopes'>,
) {
  return {
    resource,
    authorization_servers: [published.issuer],
    // An empty list must be left out (RFC 9728 §3.2).
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    resource_name: resourceName,
  };
}
