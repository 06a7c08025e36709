import Provider, { type AdapterFactory, type Configuration } from 'oidc-provider';
import { accounts as defaultAccounts } from '../accounts.ts';
import type { Endpoints } from './endpoints.ts';
import { confidentialClient, nativeClient, resourceServerClient, type StandInOptions } from './options.ts';
import type { SigningKey } from './signing.ts';

export const defaultLifetime = 3600; // s

/** What a token belongs to where the IdP takes no notice of `resource`. Never seen outside. */
export const noResource = 'urn:stand-in:no-resource';

/** The configuration of oidc-provider that makes it behave like the IdP which `options` describe. */
export const createAuthorizationServer = (
  endpoints: Endpoints,
  options: StandInOptions,
  adapter: AdapterFactory,
  key: SigningKey,
): Provider => {
  const scopes = ['openid', 'offline_access', 'profile', 'email', ...(options.scopes ?? [])];
  const known = options.accounts ?? defaultAccounts;
  const opaque = options.accessTokens === 'opaque';
  const ignored = options.resource === 'ignored';
  const lifetime = options.accessTokenLifetime ?? defaultLifetime;
  const introspection = options.introspection === true ? {} : options.introspection;
  const alwaysRefresh = options.refreshTokens === 'always';

  const configuration: Configuration = {
    adapter,
    jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, use: 'sig' }] },
    scopes,
    ...(options.userinfoPath ? { routes: { userinfo: options.userinfoPath } } : {}),
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'picture'],
      email: ['email', 'email_verified'],
    },
    findAccount: (_context, sub) => {
      const account = known.find((candidate) => candidate.sub === sub);
      return account && { accountId: sub, claims: () => ({ ...account }) };
    },
    clients: [
      nativeClient,
      confidentialClient,
      ...(introspection ? [resourceServerClient(introspection.clientAuth ?? 'client_secret_basic')] : []),
      ...(options.clients ?? []),
    ].map((client) => ({ ...client })),
    clientDefaults: { id_token_signed_response_alg: key.alg },
    enabledJWA: { idTokenSigningAlgValues: [key.alg] },
    clientBasedCORS: () => true,
    cookies: { keys: ['stand-in'] },
    // Fixed numbers instead of the defaults, each of which prints a notice.
    ttl: {
      AccessToken: lifetime,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
    issueRefreshToken: (_context, client, source) =>
      client.grantTypeAllowed('refresh_token') && (alwaysRefresh || source.scopes.has('offline_access')),
    renderError: (context, out) => {
      context.type = 'html';
      context.body = `<!doctype html><title>${out.error}</title><body><p>${out.error}: ${out.error_description ?? ''}`;
    },
    features: {
      devInteractions: { enabled: true },
      introspection: { enabled: Boolean(introspection), allowedPolicy: () => true },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, token) => client.clientId === token.clientId,
      },
      registration: { enabled: options.registration !== 'off' },
      resourceIndicators: {
        enabled: !(opaque && ignored),
        ...(ignored ? { defaultResource: async () => noResource } : {}),
        // Clients that name the resource at the authorization endpoint only (mcp-use) still get it.
        useGrantedResource: async () => true,
        getResourceServerInfo: async () => ({
          scope: scopes.join(' '),
          accessTokenTTL: lifetime,
          accessTokenFormat: opaque ? 'opaque' : 'jwt',
          jwt: { sign: { alg: key.alg } },
        }),
      },
    },
  };
  return quietly(() => new Provider(endpoints.issuer, configuration));
};

/** devInteractions warn at construction that they are for development: this is development. */
const quietly = <T>(construct: () => T): T => {
  const { warn } = globalThis.console;
  globalThis.console.warn = () => {};
  try {
    return construct();
  } finally {
    globalThis.console.warn = warn;
  }
};
