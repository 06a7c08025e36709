import type { NameOf } from '@mcp-whoami/environment';
import type { ConnectedServer, MetadataSource } from './connected-server.ts';
import { lacksCodeChallengeMethods, sendsIssuer } from './published-metadata.ts';

const clientsStop = 'the MCP specification has clients stop at that, though not all do';

/** What clients may not be able to use of what they are told. */
export function describePublished(
  source: MetadataSource,
  connected: ConnectedServer,
  discoveryUrl: string | undefined,
  nameOf: NameOf,
): string[] {
  const { document, metadata, foundByClients, published } = connected;
  const byHand = source.kind === 'byHand';
  const pkce = byHand ? source.pkce : undefined;
  const lacksMethods = !byHand && lacksCodeChallengeMethods(metadata);
  const republished = published.metadata !== document;
  const internal = internalFields(connected, discoveryUrl);
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
      `clients are told that the IdP supports PKCE with S256, which nobody has said: ${nameOf('pkce', 'S256')} if it does, ${nameOf('pkce', 'none')} if it does not`,
    ],
    [
      byHand && pkce === 'none',
      `${nameOf('pkce', 'none')} tells clients that the IdP does not support PKCE: ${clientsStop}`,
    ],
    [
      !foundByClients && sendsIssuer(metadata),
      'no MCP client would find the IdP’s metadata, so this server publishes it as its own; but the IdP sends `iss` (RFC 9207), and clients that compare it refuse to sign in',
    ],
    [
      internal.length > 0,
      `the metadata from ${nameOf('discoveryUrl')} has the host of that URL, not the issuer’s, in ${internal.join(', ')}: clients are told these addresses, and may not reach them. Have the IdP name its public address`,
    ],
  ];
  return doubts.filter(([applies]) => applies).map(([, text]) => text);
}

/** The published fields whose addresses, or one of them, are at the discovery URL's host, where that is not the issuer's. */
function internalFields(
  { metadata, published }: ConnectedServer,
  discoveryUrl: string | undefined,
): string[] {
  const host = discoveryUrl && new URL(discoveryUrl).hostname;
  if (!host || host === new URL(metadata.issuer).hostname) return [];
  const isThere = (value: unknown) => typeof value === 'string' && URL.parse(value)?.hostname === host;
  return Object.entries(published.metadata)
    .filter(([field]) => /^\w+$/.test(field))
    .filter(([, value]) => isThere(value) || Object.values(Object(value)).some(isThere))
    .map(([field]) => field);
}
