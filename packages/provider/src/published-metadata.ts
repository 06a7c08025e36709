import type { AuthorizationServerMetadata, JsonObject } from './authorization-server-metadata.ts';
import type { ProviderConnection } from './define-provider.ts';
import type { DiscoveredMetadata } from './discovery.ts';

/**
 * What MCP clients are told: the IdP's own issuer and metadata, or, where they could not use these, a copy that this
 * server publishes as its own. A copy works only with an IdP that sends no `iss` in its answers: clients compare it
 * with the issuer (RFC 9207 §2.4).
 */
export function publishedMetadata(
  { document, metadata, foundByClients }: DiscoveredMetadata,
  ownIssuer: string,
): ProviderConnection['published'] {
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
function sendsIssuer(metadata: AuthorizationServerMetadata): boolean {
  return metadata.authorization_response_iss_parameter_supported === true;
}

/** Whether metadata does not speak of PKCE at all. RFC 8414 §2 has an empty list left out. */
function lacksCodeChallengeMethods({
  code_challenge_methods_supported: methods,
}: AuthorizationServerMetadata) {
  return methods === undefined || methods.length === 0;
}

interface PublishedFacts {
  byHand: boolean;
  document: JsonObject;
  metadata: AuthorizationServerMetadata;
  foundByClients: boolean;
  published: ProviderConnection['published'];
  /** The variables that the texts name. */
  variables: { discoveryUrl: string; pkce: string };
  discoveryUrl: string | undefined;
  /** What was said of endpoints that were given by hand. */
  pkce: 'S256' | 'none' | undefined;
}

const clientsStop = 'the MCP specification has clients stop at that, though not all do';

/** What clients may not be able to use of what they are told. */
export function describePublished(facts: PublishedFacts): string[] {
  const { byHand, document, metadata, foundByClients, published, variables, pkce } = facts;
  const lacksMethods = !byHand && lacksCodeChallengeMethods(metadata);
  const republished = published.metadata !== document;
  const internal = internalFields(facts);
  const doubts: [boolean, string][] = [
    [
      lacksMethods && republished,
      'the IdP’s metadata does not say whether it supports PKCE (`code_challenge_methods_supported`), and the MCP specification has clients stop at that: this server publishes the metadata as its own, with S256 added. Make sure that the IdP checks PKCE',
    ],
    [
      lacksMethods && !republished,
      `the IdP’s metadata does not say whether it supports PKCE (\`code_challenge_methods_supported\`): ${clientsStop}. This server does not publish it with S256 added, since the IdP promises \`iss\` (RFC 9207) and clients would compare that with another issuer`,
    ],
    [
      !byHand && !lacksMethods && metadata.code_challenge_methods_supported?.includes('S256') !== true,
      `the IdP’s metadata does not list S256 in \`code_challenge_methods_supported\`: ${clientsStop}`,
    ],
    [
      byHand && pkce === undefined,
      `clients are told that the IdP supports PKCE with S256, which nobody has said: ${variables.pkce}=S256 if it does, ${variables.pkce}=none if it does not`,
    ],
    [
      byHand && pkce === 'none',
      `${variables.pkce}=none tells clients that the IdP does not support PKCE: ${clientsStop}`,
    ],
    [
      !foundByClients && sendsIssuer(metadata),
      'no MCP client would find the IdP’s metadata, so this server publishes it as its own; but the IdP sends `iss` (RFC 9207), and clients that compare it refuse to sign in',
    ],
    [
      internal.length > 0,
      `the metadata from ${variables.discoveryUrl} has the host of that URL, not the issuer’s, in ${internal.join(', ')}: clients are told these addresses, and may not reach them. Have the IdP name its public address`,
    ],
  ];
  return doubts.filter(([applies]) => applies).map(([, text]) => text);
}

/** The published fields whose addresses, or one of them, are at the discovery URL's host, where that is not the issuer's. */
function internalFields({ discoveryUrl, metadata, published }: PublishedFacts): string[] {
  const host = discoveryUrl && new URL(discoveryUrl).hostname;
  if (!host || host === new URL(metadata.issuer).hostname) return [];
  const isThere = (value: unknown) => typeof value === 'string' && URL.parse(value)?.hostname === host;
  return Object.entries(published.metadata)
    .filter(([field]) => /^\w+$/.test(field))
    .filter(([, value]) => isThere(value) || Object.values(Object(value)).some(isThere))
    .map(([field]) => field);
}
