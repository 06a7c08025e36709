import { z } from 'zod';
import type { AuthorizationServerMetadata } from './authorization-server-metadata.ts';

const text = z.string().optional().catch(undefined);
const list = z.array(z.string()).optional().catch(undefined);

/**
 * The metadata as mcp-auth knows it: its fields and their types. What it demands and some IdPs leave out is filled
 * in, and what it would refuse left out, here only: it decides nothing about a token.
 */
const mcpAuthMetadata = z.object({
  issuer: z.string(),
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  jwksUri: text,
  registrationEndpoint: text,
  scopesSupported: list,
  responseTypesSupported: z.array(z.string()).catch(['code']),
  responseModesSupported: list,
  grantTypesSupported: list,
  tokenEndpointAuthMethodsSupported: list,
  tokenEndpointAuthSigningAlgValuesSupported: list,
  serviceDocumentation: text,
  uiLocalesSupported: list,
  opPolicyUri: text,
  opTosUri: text,
  revocationEndpoint: text,
  revocationEndpointAuthMethodsSupported: list,
  revocationEndpointAuthSigningAlgValuesSupported: list,
  introspectionEndpoint: text,
  introspectionEndpointAuthMethodsSupported: list,
  introspectionEndpointAuthSigningAlgValuesSupported: list,
  codeChallengeMethodsSupported: z.array(z.string()).catch(['S256']),
  userinfoEndpoint: text,
});

/** An `AuthServerConfig` of mcp-auth, for `new MCPAuth({ server: config })`. */
export interface McpAuthConfig {
  type: 'oauth' | 'oidc';
  metadata: z.output<typeof mcpAuthMetadata>;
}

/** The metadata of an authorization server as mcp-auth wants it. */
export function mcpAuthConfig(
  metadata: AuthorizationServerMetadata,
  type: McpAuthConfig['type'],
): McpAuthConfig {
  const camelCased = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
  return { type, metadata: mcpAuthMetadata.parse(camelCased) };
}
