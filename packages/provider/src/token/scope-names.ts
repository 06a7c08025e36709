import { quote } from '../printable.ts';
import type { AccessTokenInfo } from './access-token-info.ts';
import { ANY_AUDIENCE, type AudiencePolicy } from './audience.ts';

/** The scope of refresh tokens, which is the clients' business and never asked of them by a resource (MCP authorization). */
export const OFFLINE_ACCESS = 'offline_access';

/** Scopes of OpenID Connect Core §5.4 and §11: as a name of its own each means that, and no API's scope. */
const openidScopes = new Set(['openid', 'profile', 'email', 'address', 'phone', OFFLINE_ACCESS]);

/**
 * The short name of a scope whose long one is the API's URI and that name, as Entra has them: asked for as
 * `api://<app>/access_as_user`, it is `access_as_user` in the token. Nothing for a name that is not such a URI.
 */
function shortNameOf(scope: string): string | undefined {
  const short = /^[a-z][a-z\d+.-]*:\/\/[^/]+(?:\/[^/]+)*\/([^/]+)$/i.exec(scope)?.[1];
  return short === undefined || openidScopes.has(short) ? undefined : short;
}

/** The scopes that are asked of clients, and those that a token must have. */
export interface ScopeSettings {
  scopes: readonly string[];
  requiredScopes: readonly string[];
}

/**
 * The scopes to require, each by the name under which the IdP can be asked for it: a short name that stands for one
 * of the scopes asked of clients is required by that one's long name. Where two APIs have it, nobody can say of which it is: it stays as it is.
 */
export function requireByLongName({ requiredScopes, scopes: asked }: ScopeSettings): string[] {
  const longNameOf = (scope: string) => {
    if (asked.includes(scope)) return scope;
    const [longName, another] = asked.filter((long) => shortNameOf(long) === scope);
    return another === undefined ? (longName ?? scope) : scope;
  };
  return [...new Set(requiredScopes.map(longNameOf))];
}

/**
 * Whether a scope is asked for by its API's `.default`: at Entra ID that stands for all that a client was granted
 * there, and may not be asked for beside a scope by name. Of a short name every API is taken for its own.
 */
export function isAskedAsDefault(scope: string, asked: readonly string[]): boolean {
  return asked.some((entry) => {
    const [, api] = /^(.+:\/\/.+\/)\.default$/.exec(entry) ?? [];
    return api !== undefined && (scope.startsWith(api) || !scope.includes(':'));
  });
}

/**
 * The required scopes that an accepted token lacks. A long name is satisfied by its short one, where the token was
 * proved to be for this server: its short names are then of this server's API. In a token of any audience, or of
 * none, `read` may be another API's. A short name is never satisfied by a long one, which may be another API's too.
 */
export function missingScopes(
  { scopes, audience }: Pick<AccessTokenInfo, 'scopes' | 'audience'>,
  required: readonly string[],
  policy: AudiencePolicy,
): string[] {
  const forThisServer = audience.length > 0 && !policy.audience.includes(ANY_AUDIENCE);
  const has = (scope: string | undefined) => scope !== undefined && scopes.includes(scope);
  return required.filter((scope) => !has(scope) && !(forThisServer && has(shortNameOf(scope))));
}

/** The last part of a scope's name: of `api://app/read`, `app:read` and `app.read` it is `read`. */
const lastPartOf = (scope: string) => /[^/:.]*$/.exec(scope)?.[0] ?? '';

/**
 * What a token has that is near to a scope that it lacks, for a person who would have to compare the two by eye. It
 * explains a refusal and is never a reason to accept.
 */
export function nearScope(missing: readonly string[], scopes: readonly string[]): string | undefined {
  for (const wanted of missing) {
    const sameLetters = scopes.find((scope) => scope.toLowerCase() === wanted.toLowerCase());
    if (sameLetters !== undefined) {
      return `${quote(sameLetters)} differs from ${quote(wanted)} only in upper and lower case`;
    }
    const last = lastPartOf(wanted).toLowerCase();
    const otherForm = scopes.find((scope) => last !== '' && lastPartOf(scope).toLowerCase() === last);
    if (otherForm !== undefined) {
      return `${quote(otherForm)} may be another name of ${quote(wanted)}, but only the long and the short one of an API that is known to be this server’s count as one`;
    }
  }
  return undefined;
}
