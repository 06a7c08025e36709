import { ConfigurationError, type NameOf } from '@mcp-whoami/environment';
import { type JsonObject, valueAt } from './json.ts';
import type { ResourceServerSettings } from './options.ts';
import { subjectOf } from './token/user.ts';
import type { Identity, Upstream, UpstreamContext } from './upstream.ts';

/** Where an OpenID Connect provider says which groups somebody is in. */
export interface GroupClaims {
  /** Paths of claims that are names, or lists of them. */
  claims: readonly string[];
  /** The scopes for which it sends them, which are asked for where it has them. */
  scopes: readonly string[];
}

/** What many call them. */
export const usualGroups: GroupClaims = { claims: ['groups', 'roles'], scopes: ['groups'] };

/** Of OpenID Connect Core §5.1, what people are known by. */
const profileClaims = [
  ...['name', 'given_name', 'family_name', 'nickname', 'preferred_username'],
  ...['profile', 'picture', 'locale', 'email', 'email_verified'],
];

/**
 * An OpenID Connect provider as the upstream of a bridge.
 *
 * @throws {ConfigurationError} when this server's client there is not configured.
 */
export function openIdUpstream(
  {
    id,
    title,
    issuer,
    groups,
    settings,
  }: { id: string; title: string; issuer: string; groups: GroupClaims; settings: ResourceServerSettings },
  { nameOf, allowedGroups = [] }: UpstreamContext,
): Upstream {
  return {
    id,
    title,
    server: {
      kind: 'oidc',
      issuer,
      discoveryUrl: settings.discoveryUrl,
      asksUserinfo: true,
      identify: (claims) => identityOfClaims(claims, { subject: claims.sub, groups: groups.claims }),
    },
    ...requireClient(settings, nameOf),
    scopes: ['openid', 'profile', 'email'],
    scopesWhereSupported: ['offline_access', ...(allowedGroups.length > 0 ? groups.scopes : [])],
  };
}

/**
 * The client by which a bridge signs people in.
 *
 * @throws {ConfigurationError} that names what is missing of it.
 */
export function requireClient(
  { clientId, clientSecret, clientAuth }: ResourceServerSettings,
  nameOf: NameOf,
): Pick<Upstream, 'clientId' | 'clientSecret' | 'clientAuth'> {
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret, clientAuth };
  const missing = [
    {
      field: 'clientId',
      value: clientId,
      expected: 'the client that is registered at the IdP for this server',
    },
    { field: 'clientSecret', value: clientSecret, expected: 'the secret of that client' },
  ].filter(({ value }) => value === undefined);
  throw new ConfigurationError(
    missing.map(({ field, expected }) => ({
      setting: nameOf(field),
      expected: `${expected}: a bridge signs people in by it`,
    })),
  );
}

/** Who somebody is by claims of OpenID Connect, or such as are called the same. */
export function identityOfClaims(
  claims: JsonObject,
  { subject, groups }: { subject: unknown; groups: readonly string[] },
): Identity {
  const id = subjectOf(subject);
  if (id === undefined) throw new Error('there is no id of an account in it');
  const profile = profileClaims.flatMap((name) => {
    const value = claims[name];
    return typeof value === 'string' || typeof value === 'boolean' ? [[name, value]] : [];
  });
  const { email, email_verified: verified } = claims;
  const isVerified = typeof email === 'string' && String(verified) === 'true';
  return {
    id,
    // Amazon Cognito says it by a text.
    claims: {
      ...Object.fromEntries(profile),
      ...(verified === undefined ? {} : { email_verified: isVerified }),
    },
    verifiedEmails: isVerified ? [email] : [],
    groups: [...new Set(groups.flatMap((path) => namesIn(valueAt(claims, path))))],
  };
}

function namesIn(value: unknown): string[] {
  return [value].flat().filter((name): name is string => typeof name === 'string' && name !== '');
}
