import type { Identity, JsonObject } from '@mcp-whoami/provider';
import { z } from 'zod';

/** Ids of Entra ID, of which two are in a subject with a colon between. */
const id = z.string().regex(/^[\w-]+$/);
const names = z.array(z.string()).optional().catch(undefined);

const claimsOfEntra = z.object({
  iss: z.string(),
  /** The tenant, and the person in it. `sub` is another for each client. */
  tid: id,
  oid: id,
  name: z.string().optional(),
  /** What somebody signs in with. It can be changed, and proves nothing. */
  preferred_username: z.string().optional(),
  email: z.string().optional(),
  /** That the owner of the address's domain is verified; otherwise an address is what an administrator typed. */
  xms_edov: z.union([z.boolean(), z.string(), z.number()]).optional().catch(undefined),
  groups: names,
  roles: names,
  /** Where claims are that do not fit into the token. */
  _claim_names: z.record(z.string(), z.unknown()).optional().catch(undefined),
  hasgroups: z.union([z.boolean(), z.string()]).optional().catch(undefined),
});

/** Who somebody is, by their ID token. */
export function identifyAtEntra(claims: JsonObject): Identity {
  const parsed = claimsOfEntra.safeParse(claims);
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Error(`the ID token lacks, or has in another form: ${missing}`);
  }
  const { iss, tid, oid, name, preferred_username, email, xms_edov, groups, roles } = parsed.data;
  if (!iss.split('/').includes(tid)) throw new Error('the `tid` of the ID token is not that of its issuer');
  const verified = ['true', '1'].includes(String(xms_edov)) ? email : undefined;
  const { _claim_names: elsewhere, hasgroups } = parsed.data;
  const isOverage = elsewhere?.groups !== undefined || String(hasgroups) === 'true';
  return {
    id: `${tid}:${oid}`,
    claims: {
      ...(name === undefined ? {} : { name }),
      ...(preferred_username === undefined ? {} : { preferred_username }),
      ...(verified === undefined ? {} : { email: verified, email_verified: true }),
    },
    verifiedEmails: verified === undefined ? [] : [verified],
    groups: [...(groups ?? []), ...(roles ?? [])],
    ...(isOverage ? { groupsMissing } : {}),
  };
}

const groupsMissing =
  'This person is in more groups than Entra ID puts into a token (200), so it names none: give them an app role, or have the token name only “Groups assigned to the application”';
