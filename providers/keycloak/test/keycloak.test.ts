import { ada, type StandInOptions } from '@mcp-whoami/testkit';
import { ownResource, testProvider } from '@mcp-whoami/testkit/provider-suite';
import { keycloak } from '../src/index.ts';

/** A realm: `resource` is ignored, mappers fill `aud`, the client is in `azp`, userinfo takes the JWTs. */
const idp = {
  issuerPath: '/realms/mcp-realm',
  resource: 'ignored',
  audience: ['account', ownResource],
  accessTokenHeader: { typ: 'JWT' },
  accessTokenClaims: ({ client_id, ...claims }) => ({
    ...claims,
    azp: client_id,
    typ: 'Bearer',
    realm_access: { roles: ['default-roles-mcp-realm'] },
  }),
  jwtsHonoured: true,
} satisfies StandInOptions;

testProvider('keycloak', {
  provider: keycloak,
  idp,
  environment: ({ issuer }) => ({ KEYCLOAK_ISSUER: issuer }),
  provedBy: 'jwt',
  checksAudience: true,
  profile: { name: ada.name, email: ada.email, realm_access: { roles: ['default-roles-mcp-realm'] } },
  readsProfile: true,
  noticesRevocation: true,
});
