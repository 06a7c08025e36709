import {
  backchannelLogoutVariable,
  connectAuthorizationServer,
  defineProvider,
  issuerVariable,
  providerEnvironment,
  revocationVariable,
} from '@mcp-whoami/provider';
import { keycloakAdvice, startHint } from './advice.ts';

/** A realm of Keycloak. */
export const keycloak = defineProvider({
  id: 'keycloak',
  title: 'Keycloak',
  environmentPrefix: 'KEYCLOAK',
  // Of Keycloak's own image, and of this repository's scripts that start it.
  foreignVariables: /^(ADMIN|ADMIN_PASSWORD|IMAGE|TUTORIAL_IMAGE)$/,
  environment: providerEnvironment(
    {
      issuer: issuerVariable({
        description: 'the realm: Keycloak’s public address and `/realms/<realm>`, no trailing slash',
        example: 'http://localhost:8080/realms/mcp-realm',
      }),
      ...backchannelLogoutVariable,
      ...revocationVariable,
    },
    { scopes: ['openid', 'profile', 'email'] },
  ),
  connect: (settings, context) =>
    connectAuthorizationServer(
      {
        metadata: { type: 'oidc', issuer: settings.issuer, issuerField: 'issuer', hint: startHint },
        // Keycloak takes its own JWTs at userinfo, so a 401 there means a logout, a revocation or a disabled user.
        userinfoRole: 'revocation',
        settings,
        advice: keycloakAdvice(settings.audience ?? context.resources),
        urls: { issuer: settings.issuer },
      },
      context,
    ),
});
