import { randomBytes } from 'node:crypto';
import { type RegistrationRules, sharedConfiguration } from '@mcp-whoami/authorization-server';
import { type Configuration, interactionPolicy, type JWKS } from 'oidc-provider';
import { createBoundedAdapter } from './bounded-adapter.ts';
import { isRelayToThisMachine } from './relay-redirects.ts';
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
  keepsClientKeys: false,
};

/** What every authorization server for MCP clients has, with two users and all of it in memory. */
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
    ...sharedConfiguration({ resources, scopes, registrationRules, clientDocuments: unreadClients }),
    adapter: createBoundedAdapter(),
    jwks,
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Cookies don't tell ports apart: other servers on localhost use oidc-provider's own names.
      names: { session: 'mcp_dev_session', interaction: 'mcp_dev_sign_in', resume: 'mcp_dev_resume' },
    },
    claims: claimsByScope,
    ttl: TTL,
    findAccount: (_ctx, sub) => {
      const user = developmentUsers.find((candidate) => candidate.sub === sub);
      return user && { accountId: sub, claims: () => ({ ...user }) };
    },
    // There is no userinfo endpoint: the token itself says who it is about.
    extraTokenClaims: (_ctx, token) => {
      const user = developmentUsers.find(({ sub }) => 'accountId' in token && sub === token.accountId);
      return user && profileClaims(user, token.scopes);
    },
    interactions: { url: (_ctx, interaction) => signInPath(interaction.uid), policy: interactions() },
  };
}

/** Clients may ask for `select_account` (OpenID Connect Core §3.1.2.1); the page always lets the user choose. */
function interactions(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
}
