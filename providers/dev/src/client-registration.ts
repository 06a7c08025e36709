import { type ClientMetadata, errors, type ResponseType } from 'oidc-provider';
import { z } from 'zod';
import { isAcceptableRedirect, isHttpsLoopbackRedirect } from './redirect-uris.ts';

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

const MAX_TEXT_CHARACTERS = 200;
/** Of a registration that is kept in memory; real clients have up to five. */
const MAX_REDIRECT_URIS = 20;

const text = z
  .string()
  .min(1)
  .transform((value) => value.slice(0, MAX_TEXT_CHARACTERS));
const texts = z.array(z.string()).min(1);

export type RegistrationRules = {
  /** Which https redirect URIs beside loopback a client may have. */
  readonly acceptsHttps: (url: URL) => boolean;
  /** Ends the error of a client that has no other redirect URI: what it may have instead. */
  readonly expectedRedirect: string;
};

/**
 * Makes what real clients register acceptable: "The authorization server MAY reject or replace any of the client's
 * requested metadata values" (RFC 7591 §3.2.1). Changes `metadata`, of a registration as of a Client ID Metadata
 * Document; what it leaves is still validated by oidc-provider.
 *
 * @throws InvalidClientMetadata when none of the redirect URIs is acceptable
 */
export function takeRegistration(metadata: ClientMetadata, rules: RegistrationRules): void {
  // Among the dropped: `scope`, which oidc-provider would take as a limit, so that a step-up to a scope that was not
  // registered fails; `sector_identifier_uri` and `jwks_uri`, which it would fetch.
  for (const key of Object.keys(metadata)) {
    if (!KEPT.has(key)) Reflect.deleteProperty(metadata, key);
  }
  for (const key of ['client_name', ...additionalClientMetadata]) {
    const taken = text.safeParse(Reflect.get(metadata, key));
    if (taken.success) Reflect.set(metadata, key, taken.data);
    else Reflect.deleteProperty(metadata, key);
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
  metadata.redirect_uris = acceptableRedirects(metadata.redirect_uris, rules);
  metadata.application_type = applicationType(metadata.redirect_uris);
}

/**
 * Editors register a page of their vendor's beside the loopback URIs that they use, so one that can't be taken is
 * dropped and refuses nothing. The response of the registration has what was kept.
 */
function acceptableRedirects(redirectUris: unknown, rules: RegistrationRules): string[] {
  const uris = texts.safeParse(redirectUris).data ?? [];
  const acceptable = uris.filter((uri) => isAcceptableRedirect(uri, rules.acceptsHttps));
  if (acceptable.length === 0) {
    throw new errors.InvalidClientMetadata(`redirect_uris must have ${rules.expectedRedirect}`);
  }
  if (acceptable.length > MAX_REDIRECT_URIS) {
    throw new errors.InvalidClientMetadata(`redirect_uris must be ${MAX_REDIRECT_URIS} at most`);
  }
  return acceptable;
}

/**
 * The `application_type` under which oidc-provider accepts these redirect URIs: `native` allows every loopback port
 * (RFC 8252 §7.3), private-use schemes (§7.1) and claimed https (§7.2), whatever type the client gave or forgot.
 */
function applicationType(redirectUris: readonly string[]): 'native' | 'web' {
  return redirectUris.some(isHttpsLoopbackRedirect) ? 'web' : 'native';
}
