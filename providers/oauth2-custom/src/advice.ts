import type { Advice } from '@mcp-whoami/provider';

/** What to change when a token is refused, by the way in which this server asks about tokens. */
export function adviceOf({
  introspectionUrl,
  userinfoUrl,
}: {
  introspectionUrl?: string | undefined;
  userinfoUrl?: string | undefined;
}): Advice {
  const unasked = userinfoUrl !== undefined && introspectionUrl === undefined;
  const introspection =
    'Where the IdP has introspection (RFC 7662), which says for whom a token is, set {introspectionUrl}, {clientId} and {clientSecret}';
  const asked = introspectionUrl === undefined ? 'userinfo endpoint' : 'introspection endpoint';
  return {
    audience_unknown: unasked
      ? `The userinfo endpoint does not say for whom a token is. ${introspection}; or, last, accept the tokens of every application there on purpose with {audience=none}`
      : 'Have the IdP name this server as `aud` in its answer about the token; or, last, accept tokens without an audience on purpose with {audience=none}',
    ...(unasked ? { opaque_token: introspection, encrypted_token: introspection } : {}),
    inactive: `Sign in again: the IdP’s ${asked} does not know the token, or not any more${introspectionUrl === undefined ? '; where it wants another request, see {userinfoMethod}, {userinfoHeaders} and {userinfoBody}' : ''}`,
    subject_missing:
      'Set {subjectPath} to where the user’s id is in the answer of the IdP: names separated by dots, such as data.viewer.id',
    insufficient_scope:
      'Grant the scope at the IdP and name it in {scopes}; where nothing the IdP says of a token names its scopes, {requiredScopes} cannot be met',
  };
}
