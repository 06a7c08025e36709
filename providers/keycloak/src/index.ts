import {
  connectAuthorizationServer,
  defineProvider,
  issuerVariable,
  providerEnvironment,
} from '@mcp-whoami/provider';

/** A realm of Keycloak. */
export const keycloak = defineProvider({
  id: 'keycloak',
  title: 'Keycloak',
  environmentPrefix: 'KEYCLOAK',
  environment: providerEnvironment(
    {
      issuer: issuerVariable({
        description: 'the realm: Keycloak’s public address and `/realms/<realm>`, no trailing slash',
        example: 'http://localhost:8080/realms/mcp-realm',
      }),
    },
    { scopes: ['openid', 'profile', 'email'] },
  ),
  connect: (settings, context) =>
    connectAuthorizationServer(
      {
        metadata: { type: 'oidc', issuer: settings.issuer, issuerField: 'issuer' },
        // Keycloak takes its own JWTs at userinfo, so a 401 there means a logout, a revocation or a disabled user.
        userinfoRole: 'revocation',
        settings,
        audienceAdvice: `add an Audience mapper with the URL of this server to the client scope \`basic\`, or accept the token’s audience on purpose with ${context.variable('audience')}`,
        urls: { issuer: settings.issuer },
      },
      context,
    ),
});
