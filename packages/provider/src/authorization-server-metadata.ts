import { type AuthServerConfig, camelCaseAuthorizationServerMetadataSchema } from 'mcp-auth';
import { z } from 'zod';

/** A JSON object as an identity provider sent it. */
export type JsonObject = Record<string, unknown>;

export const jsonObject = z.record(z.string(), z.unknown());

const endpoint = z.url({ protocol: /^https?$/ });

/**
 * The fields of a metadata document that this server uses (RFC 8414 §2, OpenID Connect Discovery §3).
 * Every other field passes unseen; some IdPs send null for what they do not have.
 */
export const authorizationServerMetadata = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint.nullish(),
  userinfo_endpoint: endpoint.nullish(),
  introspection_endpoint: endpoint.nullish(),
  registration_endpoint: endpoint.nullish(),
  code_challenge_methods_supported: z.array(z.string()).nullish(),
  client_id_metadata_document_supported: z.boolean().nullish(),
  authorization_response_iss_parameter_supported: z.boolean().nullish(),
});

export type AuthorizationServerMetadata = z.output<typeof authorizationServerMetadata>;

/** A configuration of mcp-auth with its metadata. */
export type ResolvedAuthServerConfig = Extract<AuthServerConfig, { metadata: unknown }>;

/**
 * The metadata as mcp-auth wants it. What mcp-auth demands and some IdPs leave out (`response_types_supported`,
 * `code_challenge_methods_supported`) is filled in here only: it decides nothing about a token.
 *
 * @throws when mcp-auth's own schema refuses the document.
 */
export function toAuthServerConfig(
  metadata: AuthorizationServerMetadata,
  type: ResolvedAuthServerConfig['type'],
): ResolvedAuthServerConfig {
  const filled = {
    ...metadata,
    response_types_supported: metadata.response_types_supported ?? ['code'],
    code_challenge_methods_supported: metadata.code_challenge_methods_supported ?? ['S256'],
  };
  const camelCased = Object.fromEntries(
    Object.entries(filled)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [
        key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
  );
  return { type, metadata: camelCaseAuthorizationServerMetadataSchema.parse(camelCased) };
}
