import { type AuthServerConfig, camelCaseAuthorizationServerMetadataSchema } from 'mcp-auth';
import { z } from 'zod';

/** A JSON object as an identity provider sent it. */
export type JsonObject = Record<string, unknown>;

export const jsonObject = z.record(z.string(), z.unknown());

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

/** A configuration of mcp-auth with its metadata. */
export type ResolvedAuthServerConfig = Extract<AuthServerConfig, { metadata: unknown }>;

/**
 * The metadata as mcp-auth wants it. What mcp-auth demands and some IdPs leave out (`response_types_supported`,
 * `code_challenge_methods_supported`) is filled in, and what it refuses left out, here only: it decides nothing
 * about a token.
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
  const camelCased: JsonObject = Object.fromEntries(
    Object.entries(filled)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [
        key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
  );
  const refused = camelCaseAuthorizationServerMetadataSchema.safeParse(camelCased).error?.issues ?? [];
  for (const { path } of refused) delete camelCased[String(path[0])];
  return {
    type,
    metadata: camelCaseAuthorizationServerMetadataSchema.parse({
      responseTypesSupported: ['code'],
      ...camelCased,
    }),
  };
}
