import type { StandInOptions } from './options.ts';

/**
 * As Logto behaves by its documentation: at+jwt for a resource that userinfo refuses, opaque without one; no
 * registration; a token of a resource carries no profile.
 */
export const logtoLike = {
  issuerPath: '/oidc',
  metadata: ['openid', 'rfc8414-appended'],
  registration: 'off',
} satisfies StandInOptions;

/**
 * As Keycloak behaves: `resource` has no say in `aud`, the header says JWT and a claim says Bearer, userinfo
 * and introspection know its JWTs, a refresh token always comes along.
 */
export const keycloakLike = {
  issuerPath: '/realms/mcp-realm',
  metadata: 'openid',
  resource: 'ignored',
  audience: 'account',
  accessTokenHeader: { typ: 'JWT' },
  accessTokenClaims: ({ client_id, ...claims }) => ({ ...claims, azp: client_id, typ: 'Bearer' }),
  jwtsHonoured: true,
  introspection: true,
  refreshTokens: 'always',
} satisfies StandInOptions;
