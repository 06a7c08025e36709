import { defineOpenIdProvider, issuerSetting, openIdOptions, revocationSetting } from '@mcp-whoami/provider';
import { keycloakAdvice, startHint } from './advice.ts';

/**
 * A realm of Keycloak.
 *
 * @example
 * const connection = await keycloak.connect(
 *   { issuer: 'http://localhost:8080/realms/mcp-realm' },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export const keycloak = defineOpenIdProvider({
  id: 'keycloak',
  title: 'Keycloak',
  environmentPrefix: 'KEYCLOAK',
  // Of Keycloak's own image, and of this repository's scripts that start it.
  foreignVariables: /^(ADMIN|ADMIN_PASSWORD|IMAGE|TUTORIAL_IMAGE)$/,
  options: openIdOptions({
    issuer: issuerSetting({
      description: 'the realm: Keycloak’s public address and `/realms/<realm>`, no trailing slash',
      example: 'http://localhost:8080/realms/mcp-realm',
    }),
    ...revocationSetting,
  }),
  issuer: ({ issuer }) => issuer,
  // Keycloak takes its own JWTs at userinfo, so a 401 there means a logout, a revocation or a disabled user.
  userinfoRole: 'revocation',
  // Only where a mapper of the realm puts them into the ID token or userinfo.
  groups: { claims: ['groups', 'realm_access.roles'], scopes: [] },
  hint: startHint,
  advice: keycloakAdvice,
});
