import { httpUrl } from '@mcp-whoami/environment';
import { z } from 'zod';
import type { JsonObject } from '../json.ts';

/** An issuer identifier: a URL without query or fragment (RFC 8414 §2), kept byte for byte. */
export const issuerUrl = httpUrl.refine((text) => !/[?#]/.test(text), {
  error: 'an issuer URL without query or fragment (RFC 8414 section 2)',
});

const endpoint = z.url({ protocol: /^https?$/ });

/** Some IdPs send null or an empty string for what they do not have. */
const optionalEndpoint = z
  .union([endpoint, z.literal('')])
  .nullish()
  .transform((url) => url || undefined);

/**
 * The fields of a metadata document that this server uses (RFC 8414 §2, OpenID Connect Discovery §3).
 * Every other field passes unseen.
 */
export const authorizationServerMetadata = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: optionalEndpoint,
  userinfo_endpoint: optionalEndpoint,
  introspection_endpoint: optionalEndpoint,
  /** AD FS: the `iss` of its access tokens, where it is not `issuer`. */
  access_token_issuer: z.string().min(1).optional().catch(undefined),
  code_challenge_methods_supported: z.array(z.string()).optional().catch(undefined),
  authorization_response_iss_parameter_supported: z.boolean().optional().catch(undefined),
});

export type AuthorizationServerMetadata = z.output<typeof authorizationServerMetadata>;

/** Metadata that was fetched. */
export interface DiscoveredMetadata {
  /** As the IdP sent it. */
  document: JsonObject;
  /** Mended and checked. */
  metadata: AuthorizationServerMetadata;
  /** Whether an MCP client that is given the issuer finds the document too. */
  foundByClients: boolean;
}
