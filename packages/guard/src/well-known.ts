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
  resources: readonly [string, ...string[]],
  resourceName: string,
  connection: ProviderConnection,
): Router {
  const documentOf = (resource: string) => protectedResourceMetadata(resource, resourceName, connection);
  const documents = new Map<string, object>([[protectedResourceMetadataPath, documentOf(resources[0])]]);
  for (const resource of resources) {
    documents.set(new URL(protectedResourceMetadataUrl(resource)).pathname, documentOf(resource));
  }
  documents.set('/.well-known/oauth-authorization-server', connection.published.metadata);

  const router = Router();
  router.use('/.well-known', cors({ exposedHeaders }));
  // A resource's path may have characters that mean something in a route, so it is compared, not matched.
  router.get('/.well-known/{*path}', (request, response, next) => {
    const document = documents.get(request.path);
    if (document === undefined) return next();
    response.json(document);
  });
  return router;
}
