import type { Advice } from '@mcp-whoami/provider';

const readme = 'providers/logto/README.md';

/** The setting to change, in the words of the Logto Console, by reason of the refusal (docs.logto.io, 2026-12). */
export function logtoAdvice(audience: readonly string[]): Advice {
  const [first = '', ...others] = audience.map((value) => `"${value}"`);
  const identifiers = others.length === 0 ? first : `${first} (and likewise ${others.join(' and ')})`;
  const resource = `Create an API resource with exactly the API identifier ${identifiers} (Console > API resources), see ${readme}#at-logto, and have the client ask for it as \`resource\``;
  return {
    audience_mismatch: `${resource}; or, last, accept the token's audience on purpose with {audience}`,
    audience_unknown: `${resource}; a client that cannot name it gets it where it is the tenant's Default API (Console > API resources > the resource)`,
    opaque_token: `Logto issues an opaque token where the client names no API resource. ${resource}; a client that cannot name it gets it where it is the tenant's Default API`,
    encrypted_token: 'Logto encrypts no access tokens: the token is of another IdP',
    issuer_mismatch:
      'The token is of another tenant, or of another address of this one: with a custom domain (Console > Settings > Domains) the issuer is that domain and /oidc, and {issuer} has to be the address that the client signed in at',
    unknown_key:
      'The tenant no longer has the key (Console > Signing keys), or the token is of another tenant: sign in again',
    bad_signature: 'The token was changed on its way: sign in again',
    algorithm_not_allowed:
      'Logto signs access tokens by a key pair (Console > Signing keys): send the access token of this tenant',
    expired:
      'The client has to refresh it; how long tokens last is Console > API resources > the resource > Token expiration time',
    not_an_access_token: 'The client sent its ID token or a logout token: send the access token',
    subject_missing:
      'Have the IdP put the user’s id into `sub`: a custom token claims script may not take it away',
    inactive:
      'Logto no longer knows the token, or it is bound to an API resource, which its userinfo endpoint refuses: sign in again',
    revoked:
      'The session ended, or the user was suspended (Console > User management > the user): sign in again',
    insufficient_scope:
      'The scope has to be a permission of the API resource (Console > API resources > the resource > Permissions), and of a role that the user has (Console > Roles > the role > Permissions); the client has to ask for it: name it in {scopes}',
  };
}
