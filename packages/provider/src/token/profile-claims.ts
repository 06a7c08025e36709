import type { JsonObject } from '../json.ts';

/** What a token says of itself: its issuer, times, session, rights, client and kind. */
const claimsOfTokens = new Set([
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'auth_time', 'acr', 'amr', 'sid', 'cnf', 'act', 'may_act'],
  ...['scope', 'scp', 'client_id', 'azp', 'cid', 'appid', 'gty', 'idtyp'],
  ...['typ', 'token_use', 'token_type', 'tokenType'],
]);

/**
 * What a userinfo endpoint says of the user, without what it says of tokens: that is judged by what was proved alone
 * (a signed answer has an `iss` and `aud` of its own, OpenID Connect Core §5.3.2).
 */
export function profileOf(userinfo: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(userinfo).filter(([name]) => !claimsOfTokens.has(name)));
}
