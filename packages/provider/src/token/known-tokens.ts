/** Tokens that are known by what they say themselves, however they came here, and what to change then. */
interface KnownToken {
  /** By its issuer, or by its audience. */
  issuer?: RegExp;
  audience?: RegExp;
  mend: string;
}

const knownTokens: readonly KnownToken[] = [
  {
    // learn.microsoft.com/entra/identity-platform/access-tokens: only the API that a token is for may look into it.
    audience: /^(?:00000003-0000-0000-c000-000000000000|https:\/\/graph\.microsoft\.com\/?)$/,
    mend: 'That is a token for Microsoft Graph, which only Graph can verify: have the client ask for a scope of this server’s own app registration (App registrations > the app > Expose an API), such as api://<application id>/access_as_user, and for none of Graph’s (User.Read) beside it',
  },
  {
    // Entra ID signs the tokens of its two versions under two names, and its metadata tells of one.
    issuer: /^https:\/\/sts\.windows\.net\//,
    mend: 'That is Entra ID’s version 1.0: set `requestedAccessTokenVersion` (in older manifests `accessTokenAcceptedVersion`) to 2 in the manifest of the API’s app registration',
  },
  {
    // developer.okta.com/docs/concepts/auth-servers: the org's own access tokens are for Okta alone.
    issuer: /^https:\/\/[\w-]+\.okta(?:preview|-emea)?\.com\/?$/,
    mend: 'That is a token of Okta’s org authorization server, which is for Okta’s own API: have the client sign in at a custom authorization server (Security > API > Authorization Servers), whose issuer ends with /oauth2/default or /oauth2/<id>',
  },
];

const texts = (value: unknown): string[] =>
  [value].flat().filter((entry): entry is string => typeof entry === 'string');

/** What to change where a token with these claims came, if it is a known one. */
export function mendOfKnown({ iss, aud }: { iss?: unknown; aud?: unknown }): string | undefined {
  const is = (pattern: RegExp | undefined, value: unknown) =>
    pattern !== undefined && texts(value).some((text) => pattern.test(text));
  return knownTokens.find(({ issuer, audience }) => is(issuer, iss) || is(audience, aud))?.mend;
}
