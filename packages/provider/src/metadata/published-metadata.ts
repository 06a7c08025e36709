import type { JsonObject } from '../json.ts';
import type { AuthorizationServerMetadata, DiscoveredMetadata } from './authorization-server-metadata.ts';

/**
 * What MCP clients are told: the IdP's own issuer and metadata, or, where they could not use these, a copy that this
 * server publishes as its own. A copy works only with an IdP that sends no `iss` in its answers: clients compare it
 * with the issuer (RFC 9207 §2.4).
 */
export function publishedMetadata(
  { document, metadata, foundByClients }: DiscoveredMetadata,
  ownIssuer: string,
): { issuer: string; metadata: JsonObject } {
  const lacksMethods = lacksCodeChallengeMethods(metadata);
  if (foundByClients && (!lacksMethods || sendsIssuer(metadata))) {
    return { issuer: metadata.issuer, metadata: document };
  }
  // Signed values would take precedence over the plain ones (RFC 8414 §2.1), the replaced ones included.
  const { signed_metadata: _, ...unsigned } = document;
  const methods = lacksMethods ? { code_challenge_methods_supported: ['S256'] } : {};
  return { issuer: ownIssuer, metadata: { ...unsigned, ...methods, issuer: ownIssuer } };
}

/** Whether the IdP promises `iss` in its answers (RFC 9207 §3). */
export function sendsIssuer(metadata: AuthorizationServerMetadata): boolean {
  return metadata.authorization_response_iss_parameter_supported === true;
}

/** Whether metadata does not speak of PKCE at all. RFC 8414 §2 has an empty list left out. */
export function lacksCodeChallengeMethods({
  code_challenge_methods_supported: methods,
}: AuthorizationServerMetadata) {
  return methods === undefined || methods.length === 0;
}
