import type { JsonObject } from '../../json.ts';
import type { GoogleAccount } from './account.ts';

const prefix = 'https://www.googleapis.com/auth/';

/** Google answers with the long names of these two. */
const longNames: Record<string, string> = {
  email: `${prefix}userinfo.email`,
  profile: `${prefix}userinfo.profile`,
};

/** The scopes asked for by their long names, and those there are none of. */
export const readScopes = (asked: string | null): { scopes: string[]; invalid: string[] } => {
  const scopes = (asked ?? '').split(' ').filter(Boolean);
  const isKnown = (scope: string) => scope === 'openid' || scope in longNames || scope.startsWith(prefix);
  return {
    scopes: scopes.map((scope) => longNames[scope] ?? scope),
    invalid: scopes.filter((scope) => !isKnown(scope)),
  };
};

/** What the scopes tell of an account. */
export const claimsOf = (account: GoogleAccount, scopes: readonly string[]): JsonObject => {
  const { sub, hd, email, email_verified, name, picture } = account;
  const [given_name, ...family] = name.split(' ');
  return {
    sub,
    ...(hd === undefined ? {} : { hd }),
    ...(scopes.includes(`${prefix}userinfo.email`) ? { email, email_verified } : {}),
    ...(scopes.includes(`${prefix}userinfo.profile`)
      ? { name, picture, given_name, family_name: family.join(' ') }
      : {}),
  };
};
