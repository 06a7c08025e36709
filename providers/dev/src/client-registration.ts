import { type ClientMetadata, errors, type ResponseType } from 'oidc-provider';
import { z } from 'zod';

export const supportedGrantTypes = ['authorization_code', 'refresh_token'];
export const supportedResponseTypes: ResponseType[] = ['code'];

/** Members of RFC 7591 that oidc-provider does not know by itself; it also needs one to call `takeRegistration`. */
export const additionalClientMetadata = ['software_id', 'software_version'];

/** What of a registration (RFC 7591 §2) means anything here; the rest is dropped, whatever its value. */
const KEPT = new Set([
  'client_id',
  'client_id_issued_at',
  'client_secret',
  'client_secret_expires_at',
  'client_name',
  'redirect_uris',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  ...additionalClientMetadata,
]);

const text = z.string().min(1);
const texts = z.array(z.string()).min(1);
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Makes what real clients register acceptable: "The authorization server MAY reject or replace any of the client's
 * requested metadata values" (RFC 7591 §3.2.1). Changes `metadata`, of a registration as of a Client ID Metadata
 * Document; what it leaves is still validated by oidc-provider.
 */
export function takeRegistration(metadata: ClientMetadata): void {
  // Among the dropped: `scope`, which oidc-provider would take as a limit, so that a step-up to a scope that was not
  // registered fails; `sector_identifier_uri` and `jwks_uri`, which it would fetch.
  for (const key of Object.keys(metadata)) {
    if (!KEPT.has(key)) Reflect.deleteProperty(metadata, key);
  }
  if (!text.safeParse(metadata.client_name).success) delete metadata.client_name;
  for (const key of additionalClientMetadata) {
    if (!text.safeParse(Reflect.get(metadata, key)).success) Reflect.deleteProperty(metadata, key);
  }
  const grantTypes = texts.safeParse(metadata.grant_types).data ?? [];
  metadata.grant_types = supportedGrantTypes.filter(
    (type) => type === 'authorization_code' || grantTypes.includes(type),
  );
  metadata.response_types = supportedResponseTypes;
  // A metadata document can't hold a shared secret (draft-ietf-oauth-client-id-metadata-document-02), so where it
  // names no method, RFC 7591's default does not fit it.
  if (
    metadata.client_id.startsWith('https://') &&
    metadata.token_endpoint_auth_method === 'client_secret_basic'
  ) {
    metadata.token_endpoint_auth_method = 'none';
  }
  metadata.application_type = applicationType(texts.safeParse(metadata.redirect_uris).data ?? []);
}

/**
 * The `application_type` under which oidc-provider accepts these redirect URIs: `native` allows every loopback port
 * (RFC 8252 §7.3), private-use schemes (§7.1) and claimed https (§7.2), whatever type the client gave or forgot.
 *
 * @throws InvalidClientMetadata for plain http to another host, where a code would travel in the clear
 */
function applicationType(redirectUris: string[]): 'native' | 'web' {
  const uris = redirectUris.map((uri) => URL.parse(uri));
  if (uris.some((uri) => uri?.protocol === 'http:' && !LOOPBACK_NAMES.has(uri.hostname))) {
    throw new errors.InvalidClientMetadata('redirect_uris with the http scheme must be loopback addresses');
  }
  return uris.some((uri) => uri?.protocol === 'https:' && LOOPBACK_NAMES.has(uri.hostname))
    ? 'web'
    : 'native';
}
