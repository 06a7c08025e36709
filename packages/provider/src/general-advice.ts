import type { Advice } from './errors.ts';

/** What is known of the IdP, as far as advice goes by it. */
export interface AdviceFacts {
  /** It has an introspection endpoint. */
  introspects: boolean;
  /** This server asks it there already. */
  introspected: boolean;
}

/**
 * What holds at every IdP, where the provider knows nothing better; settings are named in braces. Of a token that
 * nobody here can look into, what the provider knows (how a client gets a JWT there) goes before the ways that this
 * server has, and to accept any application's tokens comes last.
 */
export function generalAdvice(known: Advice, { introspects, introspected }: AdviceFacts): Advice {
  const introspection =
    introspects && !introspected
      ? 'Or give this server a client there, {clientId} and {clientSecret}: it then asks at the introspection endpoint for whom the token is'
      : undefined;
  const anyApplication =
    'The last resort is {audience=none}, on purpose: the tokens of every application there then let their holders in';
  const unreadable = (how: string) =>
    [how, introspection, how.includes('{audience=none}') ? undefined : anyApplication]
      .filter((part) => part !== undefined)
      .join('. ');
  return {
    malformed_token: 'Send the access token whole and as it was issued, without quotes or line breaks',
    algorithm_not_allowed:
      'Have the IdP sign access tokens with a key pair (RS256, ES256), not with a secret or not at all',
    unknown_key:
      'Sign in again, as the key may have been withdrawn; if it is every token, it is from another IdP or environment than {issuer} says',
    bad_signature:
      'Sign in again: the token was changed on its way, or its key was made anew under the same id',
    issuer_mismatch:
      'Sign in again at the issuer that this server names; if the token is from the right one, set {issuer} to what it says, byte for byte',
    expiry_missing: 'Have the IdP issue access tokens that expire (`exp`)',
    expired: 'The client has to refresh the token or sign in again',
    not_yet_valid:
      'Set both clocks by NTP (timedatectl, chronyc tracking; in a virtual machine its host’s time)',
    audience_mismatch:
      'Make the IdP issue tokens for this server; or, last, accept what it issues on purpose with {audience}',
    audience_unknown:
      'Make the IdP put this server’s URL into `aud`; or, last, accept tokens without it on purpose with {audience=none}',
    not_an_access_token:
      'Send the access token of the token endpoint’s answer (`access_token`), not its `id_token` or `refresh_token`',
    sender_constrained: 'Switch off DPoP and certificate-bound tokens for the client at the IdP',
    subject_missing: 'Have the IdP put the user’s id into the access token as `sub`',
    inactive: 'Sign in again: the IdP no longer knows the token, or never issued it',
    revoked: 'Sign in again: the session ended, or the token or the user was locked at the IdP',
    insufficient_scope:
      'Grant the user and the client the scope at the IdP, and have the client ask for it; clients are asked for what {scopes} and {requiredScopes} name',
    ...known,
    opaque_token: unreadable(
      known.opaque_token ??
        'Have the client ask for a token of this server’s API (`resource`, at some IdPs `audience`): most IdPs then issue a JWT',
    ),
    encrypted_token: unreadable(
      known.encrypted_token ??
        'The client named no API, so the token is for the IdP itself: have it ask for this server’s (`resource`, at some IdPs `audience`), and switch off the encryption of access tokens',
    ),
  };
}
