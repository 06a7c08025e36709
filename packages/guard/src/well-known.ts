import type { ProviderConnection } from '@mcp-whoami/provider';
import cors from 'cors';
import { Router } from 'express';
import { exposedHeaders } from './front-door.ts';
import {
  protectedResourceMetadata,
  protectedResourceMetadataPath,
  protectedResourceMetadataUrl,
} from './protected-resource-metadata.ts';

/**
 * Serves the metadata of the resources, at the root that of the first, and the authorization server's for
 * clients older than RFC 9728. It is public, for pages of any origin too.
 */
export function createWellKnownRouter(
  resources: readonly string[],
  resourceName: string,
  connection: ProviderConnection,
) {
  const router = Router({ caseSensitive: true, strict: true });
  const publish = (path: string, document: object) =>
    router.get(path, (_, response) => void response.json(document));

  router.use('/.well-known', cors({ exposedHeaders }));
  for (const resource of resources) {
    const document = protectedResourceMetadata(resource, resourceName, connection);
    if (resource === resources[0]) publish(protectedResourceMetadataPath, document);
    publish(new URL(protectedResourceMetadataUrl(resource)).pathname, document);
  }
  publish('/.well-known/oauth-authorization-server', connection.published.metadata);
  return router;
}
