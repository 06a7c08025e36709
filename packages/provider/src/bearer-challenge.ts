/** Parameters of a Bearer challenge (RFC 6750 §3, RFC 9728 §5.1). */
export interface BearerChallenge {
  error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  errorDescription?: string;
  /** Scopes separated by spaces. */
  scope?: string;
  /** URL of the protected resource metadata. */
  resourceMetadata?: string;
}

/** The value of `WWW-Authenticate`. Whatever text goes in, `auth-param`s of RFC 9110 §11.2 come out. */
export function formatBearerChallenge(challenge: BearerChallenge): string {
  const parameters = [
    ['error', challenge.error],
    ['error_description', challenge.errorDescription],
    ['scope', challenge.scope],
    ['resource_metadata', challenge.resourceMetadata],
  ].flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}=${quotedString(value)}`],
  );
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`;
}

/** `quoted-string` of RFC 9110 §5.6.4; what is not visible ASCII or space becomes a question mark. */
function quotedString(text: string): string {
  const visible = text.replace(/[^\x20-\x7e]/g, '?');
  return `"${visible.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}
