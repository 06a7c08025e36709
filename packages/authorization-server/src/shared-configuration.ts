import { type ClientAuthMethod, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type Client, takeOfferedMethod } from './client-authentication.ts';
import {
  type FetchDocument,
  MAX_DOCUMENT_BYTES,
  mayFetchClientMetadata,
} from './client-metadata-document.ts';
import {
  additionalClientMetadata,
  type RegistrationRules,
  supportedGrantTypes,
  supportedResponseTypes,
  takeRegistration,
} from './client-registration.ts';
import { errorPage, pageHeaders } from './pages/page.ts';
import { findResourceServer } from './resource-servers.ts';

/** How a server takes Client ID Metadata Documents. */
export type ClientDocuments = {
  /** `createDocumentFetch()`, or what is made of it. */
  readonly fetch: FetchDocument;
  /**
   * Whether a document that may be fetched and is not known yet is fetched now, for a request; outside of one `ctx` is
   * `undefined`. What it throws is the answer. By default each is.
   */
  readonly allowFetch?: (ctx: KoaContextWithOIDC | undefined) => boolean;
  /** Whether a client whose document was read may come; by default each may. */
  readonly allowClient?: (ctx: KoaContextWithOIDC | undefined, client: Client) => boolean | Promise<boolean>;
};

export type SharedConfigurationOptions = {
  /** The protected resources tokens are issued for (RFC 8707); a request that names none gets the first. */
  readonly resources: readonly string[];
  /** All scopes that exist, those of OpenID Connect among them. */
  readonly scopes: readonly string[];
  /** What clients may register. */
  readonly registrationRules: RegistrationRules;
  /** Where there are none, the metadata does not promise them, and this server fetches nothing. */
  readonly clientDocuments?: ClientDocuments | undefined;
};

/**
 * What of oidc-provider an authorization server for MCP clients uses, and what these clients need it to do
 * differently: PKCE of everybody (RFC 7636), registration that takes what real clients send (RFC 7591), Client ID
 * Metadata Documents, JWTs for one resource (RFC 8707, RFC 9068), refresh tokens for who registered for them, and
 * errors as pages. It is spread into a configuration of one's own, which adds at least keys, cookies, an adapter,
 * accounts and interactions.
 *
 * @example
 * new Provider(issuer, {
 *   ...sharedConfiguration({
 *     resources: [`${issuer}/mcp`],
 *     scopes: ['openid', 'offline_access'],
 *     registrationRules: {
 *       acceptsHttps: isPublicHttpsRedirect,
 *       expectedRedirect: 'an https URL of a public host',
 *       keepsClientKeys: true,
 *     },
 *     clientDocuments: { fetch: createDocumentFetch() },
 *   }),
 *   jwks,
 *   findAccount,
 * });
 */
export function sharedConfiguration({
  resources,
  scopes,
  registrationRules,
  clientDocuments,
}: SharedConfigurationOptions): Configuration {
  return {
    scopes: [...scopes],
    // Metadata documents, and the keys that they name.
    fetch: clientDocuments?.fetch ?? fetchNothing,
    fetchResponseBodyLimits: { jwks_uri: MAX_DOCUMENT_BYTES },
    responseTypes: supportedResponseTypes,
    clientAuthMethods: authMethods(registrationRules),
    clientDefaults: { grant_types: supportedGrantTypes, response_types: supportedResponseTypes },
    extraClientMetadata: {
      properties: additionalClientMetadata,
      validator: (_ctx, _key, _value, metadata) => takeRegistration(metadata, registrationRules),
    },
    // The MCP specification wants PKCE (RFC 7636) of every client, oidc-provider by itself only of public ones.
    pkce: { required: () => true },
    // Any client that registered for refresh tokens gets them: not all ask for offline_access.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    renderError: (ctx, out, error) => {
      const detail = error instanceof errors.OIDCProviderError ? error.error_detail : undefined;
      ctx.set(pageHeaders);
      ctx.body = errorPage(
        'Sign-in stopped',
        [out.error, out.error_description, detail].filter(Boolean).join(': '),
      );
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true, issueRegistrationAccessToken: false },
      clientIdMetadataDocument: {
        enabled: clientDocuments !== undefined,
        ack: 'draft-02',
        allowFetch: (ctx, clientId) =>
          mayFetchClientMetadata(clientId) && (clientDocuments?.allowFetch?.(ctx) ?? true),
        allowClient: (ctx, client) => {
          takeOfferedMethod(ctx, client);
          return clientDocuments?.allowClient?.(ctx, client) ?? true;
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] ?? resources[0],
        getResourceServerInfo: (_ctx, indicator) => findResourceServer(resources, scopes, indicator),
      },
      // It would refuse every token, as all are bound to a resource. Without it a token request that names no
      // resource keeps the one of the authorization; with it, oidc-provider needs `useGrantedResource` for that.
      userinfo: { enabled: false },
      // Advertised, a client may use it, and its tokens then need a proof that resource servers here don't check.
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
    },
  };
}

function authMethods({ keepsClientKeys }: RegistrationRules): ClientAuthMethod[] {
  const methods: ClientAuthMethod[] = ['none', 'client_secret_basic', 'client_secret_post'];
  return keepsClientKeys ? [...methods, 'private_key_jwt'] : methods;
}

const fetchNothing: FetchDocument = (input) =>
  Promise.reject(new TypeError(`nothing is fetched here, not ${String(input)} either`));
