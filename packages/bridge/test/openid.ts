import type { OpenIdUpstream, Upstream } from '@mcp-whoami/provider';
import { confidentialClient, type RegisteredClient, type StandIn } from '@mcp-whoami/testkit';

/** This server's client at an OpenID Connect provider. */
export const bridgeClient = {
  ...confidentialClient,
  client_id: 'bridge.client-1_x',
} satisfies RegisteredClient;

/** A plain OpenID Connect provider as the upstream of a bridge. */
export const openIdUpstream = (idp: StandIn, server: Partial<OpenIdUpstream> = {}): Upstream => ({
  id: 'idp',
  title: 'the IdP',
  server: {
    kind: 'oidc',
    issuer: idp.issuer,
    asksUserinfo: true,
    identify: ({ sub, name, email, email_verified }) => ({
      id: String(sub),
      claims: { name, email },
      verifiedEmails: email_verified === true ? [String(email)] : [],
      groups: [],
    }),
    ...server,
  },
  clientId: bridgeClient.client_id,
  clientSecret: bridgeClient.client_secret,
  clientAuth: 'client_secret_basic',
  scopes: ['openid', 'profile', 'email'],
  scopesWhereSupported: ['offline_access'],
});
