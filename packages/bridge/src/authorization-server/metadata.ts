import { SIGNING_ALG } from '../keys.ts';
import { routes } from '../paths.ts';

/** How clients may authenticate at the token endpoint. */
export const clientAuthMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const;

/** The metadata of the bridge (RFC 8414 §2), whose issuer is the server's public URL. */
export function bridgeMetadata({
  publicUrl,
  scopes,
  clientDocuments,
}: {
  publicUrl: string;
  scopes: readonly string[];
  /** Whether a client may be known by the URL of a document (OAuth Client ID Metadata Document). */
  clientDocuments: boolean;
}) {
  return {
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}${routes.authorization}`,
    token_endpoint: `${publicUrl}${routes.token}`,
    registration_endpoint: `${publicUrl}${routes.registration}`,
    revocation_endpoint: `${publicUrl}${routes.revocation}`,
    jwks_uri: `${publicUrl}${routes.jwks}`,
    scopes_supported: [...scopes],
    response_types_supported: ['code'],
    response_modes_supported: ['form_post', 'fragment', 'query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [SIGNING_ALG],
    token_endpoint_auth_methods_supported: [...clientAuthMethods],
    // Every asymmetric one that clients use with `private_key_jwt`.
    token_endpoint_auth_signing_alg_values_supported: [...clientAssertionAlgs],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ...(clientDocuments ? { client_id_metadata_document_supported: true } : {}),
  };
}

/** The algorithms of client assertions (RFC 7523 §3). */
export const clientAssertionAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;
