import { type ClientAuthMethod, type ClientMetadata, errors, type ResponseType } from 'oidc-provider';
import { z } from 'zod';
import { authMethodChoices, offeredMethods } from './client-authentication.ts';
import { mayFetchClientMetadata } from './client-metadata-document.ts';
import { isAcceptableRedirect, isHttpsLoopbackRedirect } from './redirect-uris.ts';

/** The grant types that a client may have; `authorization_code` it always has. */
export const supportedGrantTypes = ['authorization_code', 'refresh_token'];
export const supportedResponseTypes: ResponseType[] = ['code'];

const software = ['software_id', 'software_version'];

/** Members of RFC 7591 that oidc-provider does not know by itself; it also needs one to call `takeRegistration`. */
export const additionalClientMetadata = [...software, authMethodChoices];

/** The public keys of a client that authenticates with `private_key_jwt` (RFC 7523 §2.2), and how it signs. */
const KEYS = ['jwks', 'jwks_uri', 'token_endpoint_auth_signing_alg'];

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
  ...KEYS,
]);

/** How the client of a document may authenticate. */
const documentMethods: ClientAuthMethod[] = ['none', 'private_key_jwt'];

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
  /**
   * Whether clients of a metadata document may authenticate with keys (`private_key_jwt`, RFC 7523 §2.2): the document
   * then names or holds them, and this server fetches them. Otherwise they are public clients.
   */
  readonly keepsClientKeys: boolean;
};

/**
 * Makes what real clients register acceptable: "The authorization server MAY reject or replace any of the client's
 * requested metadata values" (RFC 7591 §3.2.1). Changes `metadata`, of a registration as of a Client ID Metadata
 * Document; what it leaves is still validated by oidc-provider.
 *
 * @throws InvalidClientMetadata when none of the redirect URIs is acceptable, or the client has to authenticate with
 *   keys that this server can't have
 */
export function takeRegistration(metadata: ClientMetadata, rules: RegistrationRules): void {
  // Among the dropped: `scope`, which oidc-provider would take as a limit, so that a step-up to a scope that was not
  // registered fails; `sector_identifier_uri`, which it would fetch.
  drop(
    metadata,
    Object.keys(metadata).filter((key) => !KEPT.has(key)),
  );
  for (const key of ['client_name', ...software]) {
    const taken = text.safeParse(Reflect.get(metadata, key));
    if (taken.success) Reflect.set(metadata, key, taken.data);
    else Reflect.deleteProperty(metadata, key);
  }
  const grantTypes = texts.safeParse(metadata.grant_types).data ?? [];
  metadata.grant_types = supportedGrantTypes.filter(
    (type) => type === 'authorization_code' || grantTypes.includes(type),
  );
  metadata.response_types = supportedResponseTypes;
  if (metadata.client_id.startsWith('https://')) takeDocumentAuthentication(metadata, rules);
  else takeRegisteredAuthentication(metadata, rules);
  metadata.redirect_uris = acceptableRedirects(metadata.redirect_uris, rules);
  metadata.application_type = applicationType(metadata.redirect_uris);
}

/**
 * How the client of a document authenticates. It can't have a secret (draft-ietf-oauth-client-id-metadata-document-02),
 * so RFC 7591's default does not fit one that names no method: that is a public client. One that offers several is
 * asked for keys only if it prefers them; `takeOfferedMethod` lets it do without.
 */
function takeDocumentAuthentication(metadata: ClientMetadata, { keepsClientKeys }: RegistrationRules): void {
  const { token_endpoint_auth_method: method } = metadata;
  const named = [...(method === 'client_secret_basic' ? [] : [method]), ...offeredMethods(metadata)];
  // oidc-provider gives a client that names none the default.
  const [preferred = 'none'] = named;
  const offered = new Set([preferred, ...named]);
  const hasKeys = keepsClientKeys && offered.has('private_key_jwt') && hasReadableKeys(metadata);
  const usable = documentMethods.filter((name) => offered.has(name) && (name === 'none' || hasKeys));
  if (keepsClientKeys && usable.length === 0 && preferred === 'private_key_jwt') {
    throw new errors.InvalidClientMetadata(
      'private_key_jwt needs jwks, or a jwks_uri of a public https host',
    );
  }
  metadata.token_endpoint_auth_method = usable.find((name) => name === preferred) ?? usable[0] ?? method;
  if (!hasKeys) drop(metadata, KEYS);
  // It belongs to a method, and oidc-provider refuses it with another.
  if (metadata.token_endpoint_auth_method !== 'private_key_jwt')
    drop(metadata, ['token_endpoint_auth_signing_alg']);
  if (usable.length > 1) Reflect.set(metadata, authMethodChoices, usable);
  else drop(metadata, [authMethodChoices]);
}

/** Keys are kept of documents alone: the host of a document vouches for them, and they may change with it. */
function takeRegisteredAuthentication(
  metadata: ClientMetadata,
  { keepsClientKeys }: RegistrationRules,
): void {
  if (keepsClientKeys && metadata.token_endpoint_auth_method === 'private_key_jwt') {
    throw new errors.InvalidClientMetadata('private_key_jwt is for clients of a metadata document');
  }
  drop(metadata, [...KEYS, authMethodChoices]);
}

function hasReadableKeys({ jwks, jwks_uri: uri }: ClientMetadata): boolean {
  return jwks === undefined ? typeof uri === 'string' && mayFetchClientMetadata(uri) : uri === undefined;
}

function drop(metadata: ClientMetadata, keys: readonly string[]): void {
  for (const key of keys) Reflect.deleteProperty(metadata, key);
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
