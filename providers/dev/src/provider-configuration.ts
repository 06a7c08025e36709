import { randomBytes } from 'node:crypto';
import { type Configuration, errors, interactionPolicy, type JWKS } from 'oidc-provider';
import { createBoundedAdapter } from './bounded-adapter.ts';
import { mayFetchClientMetadata } from './client-metadata-document.ts';
import {
  additionalClientMetadata,
  type RegistrationRules,
  supportedGrantTypes,
  supportedResponseTypes,
  takeRegistration,
} from './client-registration.ts';
import { errorPage, pageHeaders } from './pages.ts';
import { isRelayToThisMachine } from './redirect-uris.ts';
import { findResourceServer } from './resource-servers.ts';
import { signInPath } from './sign-in.ts';
import type { createUnreadClients } from './unread-client.ts';
import { claimsByScope, developmentUsers, profileClaims } from './users.ts';

/** Lifetimes in seconds; all state is gone when the process ends anyway. */
const TTL = {
  AccessToken: 3_600,
  AuthorizationCode: 60,
  IdToken: 3_600,
  Interaction: 900,
  Session: 86_400,
  Grant: 14 * 86_400,
  RefreshToken: 14 * 86_400,
};

const registrationRules: RegistrationRules = {
  acceptsHttps: isRelayToThisMachine,
  expectedRedirect:
    'a loopback URL (http://127.0.0.1/callback, any port) or a private-use scheme that is a reversed domain name (com.example.app:/callback); a client in the cloud cannot reach this server',
};

/** What of oidc-provider this server uses, and what its clients need it to do differently. */
export function configureProvider({
  resources,
  scopes,
  jwks,
  unreadClients,
}: {
  resources: readonly string[];
  scopes: readonly string[];
  jwks: JWKS;
  unreadClients: ReturnType<typeof createUnreadClients>;
}): Configuration {
  return {
    adapter: createBoundedAdapter(),
    jwks,
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Cookies don't tell ports apart: other servers on localhost use oidc-provider's own names.
      names: { session: 'mcp_dev_session', interaction: 'mcp_dev_sign_in', resume: 'mcp_dev_resume' },
    },
    scopes,
    claims: claimsByScope,
    // Nothing but metadata documents: registrations keep no URL that would be fetched.
    fetch: unreadClients.fetch,
    responseTypes: supportedResponseTypes,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
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
    ttl: TTL,
    findAccount: (_ctx, sub) => {
      const user = developmentUsers.find((candidate) => candidate.sub === sub);
      return user && { accountId: sub, claims: () => ({ ...user }) };
    },
    // No userinfo endpoint (below): the token itself says who it is about.
    extraTokenClaims: (_ctx, token) => {
      const user = developmentUsers.find(({ sub }) => 'accountId' in token && sub === token.accountId);
      return user && profileClaims(user, token.scopes);
    },
    interactions: { url: (_ctx, interaction) => signInPath(interaction.uid), policy: interactions() },
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
        enabled: true,
        ack: 'draft-02',
        allowFetch: (_ctx, clientId) => mayFetchClientMetadata(clientId),
        allowClient: unreadClients.allowClient,
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

/** Clients may ask for `select_account` (OpenID Connect Core §3.1.2.1); the page always lets the user choose. */
function interactions(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
}
