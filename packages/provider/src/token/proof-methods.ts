import type { NameOf } from '@mcp-whoami/environment';
import type { KeySet } from '../idp/key-set.ts';
import { inTurnsOfUsers } from '../idp/questions-of-users.ts';
import type { WarningLogger } from '../warning-logger.ts';
import { createIntrospector, type IntrospectionClient } from './introspection.ts';
import { createProfileWarning } from './profile-warning.ts';
import type { ProofMethods } from './proof.ts';
import { createUncheckedRevocation, type RevocationCheck } from './revocation.ts';
import { createSignedUserinfoReader } from './signed-userinfo.ts';
import type { TokenPolicy } from './token-claims.ts';
import type { SubjectMapping, UserinfoEndpoint, UserinfoRole } from './user.ts';
import { createUserinfoReader } from './userinfo.ts';
import { createJwtVerifier } from './verify-jwt.ts';

/** What the ways of proof are made of. */
export interface ProofSources {
  issuer: string;
  /** The issuer's keys, where it publishes any. */
  keys: Pick<KeySet, 'find' | 'findFor'> | undefined;
  /** Where they are. */
  keysUrl: string | undefined;
  userinfo: UserinfoEndpoint | undefined;
  introspectionUrl: string | undefined;
  /** This server's own client at the IdP. */
  client: Omit<IntrospectionClient, 'advice'>;
  mapping: SubjectMapping;
  userinfoRole: UserinfoRole;
  revocation: RevocationCheck | undefined;
  /** The URLs of this server. */
  resources: readonly string[];
  nameOf: NameOf;
  logger: WarningLogger;
}

/** Makes the ways in which a token can be proved, of what the IdP offers. */
export function createProofMethods(sources: ProofSources, policy: TokenPolicy): ProofMethods {
  const { issuer, keys, keysUrl, userinfo, introspectionUrl, mapping, resources, nameOf, logger } = sources;
  const client = {
    ...sources.client,
    advice: `check ${nameOf('clientId')} and ${nameOf('clientSecret')}, or try another ${nameOf('clientAuth')}`,
  };
  const introspector = introspectionUrl ? ([introspectionUrl, client, policy] as const) : undefined;
  const warnOfProfile = createProfileWarning(logger);
  const readSigned = createSignedUserinfoReader(keys?.find, issuer, warnOfProfile);
  return {
    verifyJwt: keys && createJwtVerifier(keys.findFor, { ...policy, issuer, resources, keysUrl }),
    introspect: introspector && createIntrospector(...introspector),
    readUserinfo: userinfo && createUserinfoReader(userinfo, mapping, readSigned),
    // By requesters of their own, which tokens of strangers can neither shut nor fill.
    introspectProved: introspector && inTurnsOfUsers(createIntrospector(...introspector)),
    readProfile: userinfo && inTurnsOfUsers(createUserinfoReader(userinfo, mapping, readSigned)),
    mapping,
    userinfoRole: sources.userinfoRole,
    revocationUnchecked: createUncheckedRevocation(sources.revocation ?? 'best-effort', nameOf, logger),
    warnOfProfile,
  };
}
