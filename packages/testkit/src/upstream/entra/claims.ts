import { createHash } from 'node:crypto';
import type { JsonObject } from '../../json.ts';
import type { EntraAccount } from './account.ts';

/** Groups that a token has room for. */
const groupLimit = 200;

/** Pairwise (OpenID Connect Core 1.0 §8.1): another one for each client. */
export const subjectOf = ({ oid, tid }: EntraAccount, clientId: string): string =>
  createHash('sha256').update(`${clientId} ${tid} ${oid}`).digest('base64url');

/** What an ID token tells of an account, by the scopes. */
export const claimsOf = (
  account: EntraAccount,
  { clientId, origin, scopes }: { clientId: string; origin: string; scopes: readonly string[] },
): JsonObject => {
  const { oid, tid, name, preferred_username, email, xms_edov, groups, roles } = account;
  return {
    iss: `${origin}/${tid}/v2.0`,
    aud: clientId,
    sub: subjectOf(account, clientId),
    tid,
    ver: '2.0',
    ...(scopes.includes('profile') ? { oid, name, preferred_username } : {}),
    ...(scopes.includes('email') && email !== undefined ? { email } : {}),
    ...(xms_edov === undefined ? {} : { xms_edov }),
    ...(roles === undefined ? {} : { roles }),
    ...groupClaims(groups, `${origin}/v1.0/users/${oid}/getMemberObjects`),
  };
};

/** Too many groups are a claim that is elsewhere (OpenID Connect Core 1.0 §5.6.2). */
const groupClaims = (groups: EntraAccount['groups'], endpoint: string): JsonObject => {
  if (groups === undefined) return {};
  if (groups.length <= groupLimit) return { groups };
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
};
