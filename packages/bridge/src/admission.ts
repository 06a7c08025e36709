import { setting } from '@mcp-whoami/environment';
import { type GroupNames, type Identity, quote } from '@mcp-whoami/provider';
import { z } from 'zod';

/** In a list of users: everybody whom the IdP signs in. */
const ANYBODY = '*';

/**
 * An entry of a list of users: {@link ANYBODY}, a subject of the bridge, which has a colon in it (`github:1005`), the
 * addresses of a domain, or one address.
 */
const userEntry = /^(\*|[a-z\d-]+:\S+|@[^\s@:]+\.[^\s@:]+|[^\s@:]+@[^\s@:]+)$/;

export const allowedUsersSetting = setting(
  z
    .array(z.string())
    .min(1, { error: 'who may come; `*` for everybody' })
    .refine((entries) => entries.every((entry) => userEntry.test(entry)), {
      error:
        'e-mail addresses, domains with an @ before them, or subjects with the IdP before them (github:1005), separated by commas or spaces; the name of an account is none of these, as it can be changed and taken by somebody else',
    })
    .optional(),
  {
    description:
      'who may come, separated by commas or spaces: e-mail addresses that the IdP has verified, whole domains (`@example.com`), subjects (`github:1005`), or `*` for everybody; in production this or the list of groups is required, and where both are set either lets in',
    example: 'ada@example.com @example.org github:1005',
    defaultText: 'everybody',
    unprefixed: true,
  },
);

export const allowedGroupsSetting = setting(
  z
    .array(z.string())
    .min(1, { error: 'the names of groups' })
    .refine((entries) => !entries.includes(ANYBODY), {
      error: 'the names of groups; `*` for everybody is one of {allowedUsers}',
    })
    .optional(),
  {
    description:
      'whose members may come, separated by commas or spaces: groups, roles or organizations as the provider names them; one is enough',
    example: 'org:acme acme/team',
    defaultText: 'not asked',
    unprefixed: true,
  },
);

/** Who may come. Where neither list is set, everybody whom the IdP signs in. */
export interface AdmissionLists {
  allowedUsers?: readonly string[] | undefined;
  allowedGroups?: readonly string[] | undefined;
}

export interface Admission {
  /** Whether a person may come. Either list lets in. */
  admit(subject: string, identity: Identity): boolean;
  /** What an operator needs to let somebody in who was refused: what the IdP says of them, without their addresses. */
  explain(subject: string, identity: Identity): string;
}

/** How many groups of somebody a log line names. */
const MAX_NAMED_GROUPS = 20;

/**
 * Makes the judgement of who may come.
 *
 * @example
 * const { admit } = createAdmission({ allowedUsers: ['@example.com'], allowedGroups: ['org:acme'] });
 */
export function createAdmission(
  { allowedUsers, allowedGroups }: AdmissionLists,
  groupNames?: Pick<GroupNames, 'ignoreCase'>,
): Admission {
  const users = new Set(allowedUsers?.map((entry) => (entry.includes(':') ? entry : lowerCase(entry))));
  const groupName = groupNames?.ignoreCase ? lowerCase : (name: string) => name;
  const groups = new Set(allowedGroups?.map(groupName));
  const anybody = (allowedUsers === undefined && allowedGroups === undefined) || users.has(ANYBODY);
  return {
    admit: (subject, identity) =>
      anybody ||
      users.has(subject) ||
      identity.verifiedEmails.some((email) => isListed(users, lowerCase(email))) ||
      identity.groups.some((name) => groups.has(groupName(name))),
    explain: (subject, { verifiedEmails, groups: found, groupsMissing }) => {
      const named = found.slice(0, MAX_NAMED_GROUPS).map(quote).join(', ');
      const more = found.length > MAX_NAMED_GROUPS ? ` and ${found.length - MAX_NAMED_GROUPS} more` : '';
      return [
        `${quote(subject)} has ${verifiedEmails.length || 'no'} verified e-mail address${verifiedEmails.length === 1 ? '' : 'es'} and ${named === '' ? 'no groups that are known here' : `the groups ${named}${more}`}`,
        ...(groupsMissing === undefined ? [] : [groupsMissing]),
      ].join('. ');
    },
  };
}

/** An address with a colon would look like a subject, and none that an IdP verifies has one. */
function isListed(users: ReadonlySet<string>, email: string): boolean {
  const at = email.lastIndexOf('@');
  return at > 0 && !email.includes(':') && (users.has(email) || users.has(email.slice(at)));
}

/** Of ASCII alone: letters of other scripts that look like one of its, or become one, stay another's. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The names in a list of groups that cannot be one of this IdP. */
export function impossibleGroups({ allowedGroups }: AdmissionLists, names: GroupNames | undefined): string[] {
  return names === undefined ? [] : (allowedGroups ?? []).filter((name) => !names.pattern.test(name));
}
