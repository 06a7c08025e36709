import { TokenRefusedError } from '../errors.ts';
import { withNearMiss } from '../near-miss.ts';
import { quote } from '../printable.ts';

/** The accepted audience that turns the audience check off. */
export const ANY_AUDIENCE = '*';

/** The accepted audience that stands for tokens that name none. */
export const NO_AUDIENCE = 'none';

/** What a token must be issued for. */
export interface AudiencePolicy {
  /** Accepted `aud` values, and `none` for tokens without any; or `*` alone. */
  audience: readonly string[];
}

/**
 * RFC 9068 §4, RFC 8707 §3: a token is for this server only if it says so.
 *
 * @throws {TokenRefusedError} `audience_unknown` or `audience_mismatch`
 */
export function requireAudience(audience: readonly string[], policy: AudiencePolicy) {
  if (policy.audience.includes(ANY_AUDIENCE)) return;
  if (audience.length === 0) {
    if (acceptsNoAudience(policy)) return;
    throw new TokenRefusedError(
      'audience_unknown',
      `expected audience ${quote(policy.audience)}, the token names none`,
    );
  }
  const named = policy.audience.filter((entry) => entry !== NO_AUDIENCE);
  const accepted = new Set(named.map(comparableAudience));
  if (audience.some((entry) => accepted.has(comparableAudience(entry)))) return;
  throw new TokenRefusedError(
    'audience_mismatch',
    withNearMiss(
      `expected audience ${quote(policy.audience)}, the token has ${quote(audience)}`,
      named,
      audience,
    ),
  );
}

/** Whether a token that names no audience, or whose audience cannot be known, is accepted on purpose. */
export function acceptsNoAudience({ audience }: AudiencePolicy): boolean {
  return audience.includes(ANY_AUDIENCE) || audience.includes(NO_AUDIENCE);
}

/** Scheme and host of a resource are taken in either case (MCP authorization, RFC 3986 §6.2.2.1); no more. */
export function comparableAudience(audience: string): string {
  const inLowerCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  // ASCII alone: the Kelvin sign would become a k.
  return audience.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, inLowerCase);
}

/** The accepted audience that is a URL, for the MCP SDK's `expectedResource`. */
export function ownResource(audience: readonly string[], policy: AudiencePolicy): URL | undefined {
  const named = new Set(audience.map(comparableAudience));
  const own = policy.audience.find((entry) => named.has(comparableAudience(entry)) && URL.canParse(entry));
  return own === undefined ? undefined : new URL(own);
}
