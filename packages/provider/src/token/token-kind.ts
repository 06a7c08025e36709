import { refuse, TokenRefusedError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { quote } from '../printable.ts';

/** The claims under which IdPs say what kind of token it is: Keycloak, Cognito and Authlete, Casdoor. */
export const tokenTypeClaims = ['typ', 'token_use', 'token_type', 'tokenType'];
const otherTokenType = /^(id|refresh|offline|logout)([-_ ]?token)?$/i;
/** Claims that an ID token or a logout token has, and an access token does not. */
const foreignClaims = ['nonce', 'c_hash', 'events'];

/** Values of the header `typ` that only an access token has (RFC 9068 §2.1); the last one is Okta's own. */
const accessTokenTypes = new Set(['at+jwt', 'application/at+jwt', 'application/okta-internal-at+jwt']);

/**
 * Whether a JWT says in its header that it is an access token (RFC 9068 §2.1, RFC 8725 §3.11). Most IdPs say JWT or
 * nothing, which any token may.
 *
 * @throws {TokenRefusedError} `not_an_access_token` for every other type.
 */
export function isTypedAsAccessToken(type: string | undefined): boolean {
  const name = type?.toLowerCase();
  if (name !== undefined && accessTokenTypes.has(name)) return true;
  if (name === undefined || name === 'jwt') return false;
  throw new TokenRefusedError(
    'not_an_access_token',
    `its header \`typ\` is ${quote(type)}; send the access token`,
  );
}

/** Whether the claims say so: Keycloak's `typ` is Bearer, Cognito's `token_use` access, Casdoor's `tokenType` access-token. */
export function claimsToBeAccessToken(claims: JsonObject): boolean {
  if (claims.typ === 'Bearer') return true;
  return tokenTypeClaims.some((name) => {
    const value = claims[name];
    return typeof value === 'string' && /^access([-_ ]?token)?$/i.test(value);
  });
}

/**
 * Claims that access tokens have and ID tokens do not: scopes, and the client by another name than `azp` (which ID
 * tokens have as well, as they have `auth_time`, `acr` and `amr`: OpenID Connect Core §2); `gty` is Auth0's.
 */
export const accessTokenClaims = ['scope', 'scp', 'client_id', 'cid', 'appid', 'gty'];

/** Whether anything in the claims speaks for an access token. */
export function speaksForAccessToken(claims: JsonObject): boolean {
  return accessTokenClaims.some((name) => typeof claims[name] === 'string' || Array.isArray(claims[name]));
}

/**
 * Refuses the claims of a token that is not an access token.
 *
 * @param typed whether an explicit type says that it is one: that outranks a stray `nonce`, as Keycloak before 25
 *   copies it into access tokens.
 * @throws {TokenRefusedError} `not_an_access_token`, or `sender_constrained` for a DPoP token.
 */
export function refuseOtherTokenKinds(claims: JsonObject, typed: boolean) {
  for (const name of tokenTypeClaims) {
    const value = claims[name];
    if (name === 'token_type' && typeof value === 'string' && value.toLowerCase() === 'dpop') {
      throw new TokenRefusedError(
        'sender_constrained',
        'is a DPoP token (RFC 9449): its proof is not checked here; issue a Bearer token',
      );
    }
    if (typeof value === 'string' && otherTokenType.test(value)) {
      refuse('not_an_access_token', `its claim \`${name}\` is ${quote(value)}; send the access token`);
    }
  }
  for (const name of foreignClaims) {
    if (claims[name] === undefined || claims[name] === null) continue;
    if (name === 'nonce' && (typed || claimsToBeAccessToken(claims))) continue;
    refuse('not_an_access_token', `has \`${name}\`, a claim of ID or logout tokens; send the access token`);
  }
}
