import type { Advice } from '@mcp-whoami/provider';

const readme = 'providers/keycloak/README.md';

/** What else may be wrong when the realm's metadata cannot be fetched or is another issuer's. */
export const startHint = `The issuer is Keycloak's public address and /realms/<realm>. Keycloak calls itself by the name it is asked under unless its \`hostname\` (KC_HOSTNAME) is set; from inside a container set {discoveryUrl} too. \`pnpm keycloak\` starts one on this machine. See ${readme}#run-it`;

/** The realm's setting to change, in the words of the Admin Console, by reason of the refusal. */
export function keycloakAdvice(audience: readonly string[]): Advice {
  const mappers = audience.map((value) => `"${value}"`).join(' and ');
  const missingAudience = (accepting: string) =>
    `Add an Audience mapper with Included Custom Audience ${mappers} to the client scope "basic" (Client scopes > basic > Mappers), see ${readme}#at-keycloak; or accept the token's audience on purpose with ${accepting}`;
  return {
    audience_mismatch: missingAudience('{audience}'),
    audience_unknown: `${missingAudience('{audience=none}')}. A token with neither aud nor sub is a lightweight one: switch off "Always use lightweight access token" (Clients > the client > Advanced)`,
    subject_missing:
      'Give the client the client scope "basic", which has the mapper "sub" (Clients > the client > Client scopes), and switch off "Always use lightweight access token" (Advanced)',
    issuer_mismatch:
      'The token is of another realm, or Keycloak was asked for it under another name: set its hostname (KC_HOSTNAME) to the public address and {issuer} to the same',
    revoked:
      'The session ended (Sessions), the token was revoked, or the user or the client is disabled or deleted: sign in again. If it is every token, Keycloak was asked under another name than its issuer: set its hostname (KC_HOSTNAME)',
    unknown_key:
      'The realm no longer has the key (Realm settings > Keys), or the token is of a realm that was made anew: sign in again',
    bad_signature:
      'The token was changed on its way, or its key was made anew under the same id: sign in again',
    expired:
      'The client has to refresh it; how long tokens last is Realm settings > Tokens > Access Token Lifespan',
    algorithm_not_allowed:
      'Access tokens need an asymmetric algorithm: Realm settings > Tokens > Default Signature Algorithm. A refresh token of Keycloak is signed by HS512: send the access token',
    not_an_access_token:
      'The client sent its ID token, refresh token or a logout token: send the access token',
    sender_constrained:
      'Switch off "Require DPoP bound tokens" (Clients > the client > Settings, Capability config) and "OAuth 2.0 Mutual TLS Certificate Bound Access Tokens Enabled" (Advanced)',
    inactive:
      'Introspection says active only to a client that is in the token\'s audience: add an Audience mapper with Included Client Audience for the client {clientId} to the client scope "basic"',
    insufficient_scope:
      'The scope has to be a client scope of the client (Clients > the client > Client scopes), and, where roles are mapped to it (Client scopes > the scope > Scope), the user has to have one of them (Users > the user > Role mapping)',
  };
}
