import { readEnvironment } from '@mcp-whoami/environment';
import type { Identity } from '@mcp-whoami/provider';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  allowedGroupsSetting,
  allowedUsersSetting,
  createAdmission,
  impossibleGroups,
} from '../src/admission.ts';

const ada: Identity = {
  id: '1005',
  claims: { email: 'grace@example.com', preferred_username: 'ada' },
  verifiedEmails: ['Ada@Example.com'],
  groups: ['org:Acme', 'acme/engines'],
};

const admits = (
  lists: Parameters<typeof createAdmission>[0],
  identity: Partial<Identity> = {},
  names?: { ignoreCase: boolean },
) => createAdmission(lists, names).admit('github:1005', { ...ada, ...identity });

describe('who may come', () => {
  it('is everybody where no list is set, or the star is on it', () => {
    expect(admits({})).toBe(true);
    expect(admits({ allowedUsers: ['*'], allowedGroups: ['org:other'] })).toBe(true);
  });

  it('is nobody by an empty list', () => {
    expect(admits({ allowedUsers: [] })).toBe(false);
    expect(admits({ allowedGroups: [] })).toBe(false);
  });

  it.each(['ada@example.com', 'ADA@EXAMPLE.COM', '@example.com', '@EXAMPLE.com', 'github:1005'])(
    'is Ada by %s',
    (entry) => {
      expect(admits({ allowedUsers: ['x@y.example', entry] })).toBe(true);
    },
  );

  it.each([
    'grace@example.com',
    '@example.org',
    '@ample.com',
    '@le.com',
    'da@example.com',
    'github:100',
    'github:10055',
    'GITHUB:1005',
    'google:1005',
  ])('is not Ada by %s', (entry) => {
    expect(admits({ allowedUsers: [entry] })).toBe(false);
  });

  it('counts no domain for its parent', () => {
    expect(admits({ allowedUsers: ['@example.com'] }, { verifiedEmails: ['ada@sub.example.com'] })).toBe(
      false,
    );
  });

  it('takes the domain after the last at', () => {
    const verifiedEmails = ['"ada@example.com"@attacker.example'];
    expect(admits({ allowedUsers: ['@example.com', 'ada@example.com'] }, { verifiedEmails })).toBe(false);
  });

  it('does not take an address for a subject, nor for the star', () => {
    expect(
      admits({ allowedUsers: ['github:7'] }, { verifiedEmails: ['github:7', '*', '@example.com'] }),
    ).toBe(false);
    expect(admits({ allowedUsers: ['@example.com'] }, { verifiedEmails: ['@example.com'] })).toBe(false);
  });

  it('does not take letters that only become the same for the same', () => {
    const kelvin = '\u212a';
    expect(admits({ allowedUsers: ['k@example.com'] }, { verifiedEmails: [`${kelvin}@example.com`] })).toBe(
      false,
    );
  });

  it('looks at groups by their exact names, unless case is nothing there', () => {
    expect(admits({ allowedGroups: ['acme/engines'] })).toBe(true);
    expect(admits({ allowedGroups: ['org:acme'] })).toBe(false);
    expect(admits({ allowedGroups: ['ORG:acme'] }, {}, { ignoreCase: true })).toBe(true);
    expect(admits({ allowedGroups: ['engines', 'acme', 'org:ac'] })).toBe(false);
  });

  it('is let in by either list', () => {
    expect(admits({ allowedUsers: ['x@y.example'], allowedGroups: ['acme/engines'] })).toBe(true);
    expect(admits({ allowedUsers: ['github:1005'], allowedGroups: ['org:other'] })).toBe(true);
    expect(admits({ allowedUsers: ['x@y.example'], allowedGroups: ['org:other'] })).toBe(false);
  });

  it('is explained without an address', () => {
    const text = createAdmission({}).explain('github:1005', { ...ada, groupsMissing: 'Some are not told' });
    expect(text).toBe(
      '"github:1005" has 1 verified e-mail address and the groups "org:Acme", "acme/engines". Some are not told',
    );
  });
});

describe('the lists as settings', () => {
  const schema = z.object({ allowedUsers: allowedUsersSetting, allowedGroups: allowedGroupsSetting });
  const read = (users: string, groups = '') =>
    readEnvironment(schema, { ALLOWED_USERS: users, ALLOWED_GROUPS: groups });

  it('take commas and spaces', () => {
    expect(read('ada@example.com, @example.org *', 'org:acme acme/engines')).toMatchObject({
      values: {
        allowedUsers: ['ada@example.com', '@example.org', '*'],
        allowedGroups: ['org:acme', 'acme/engines'],
      },
    });
  });

  it.each(['entra:7f2f:1c8a', 'keycloak:f:ldap:ada@example.com'])('take the subject %s', (entry) => {
    expect(read(entry)).toMatchObject({ success: true });
  });

  it.each(['ada', '@', 'ada@', '@localhost', '*@example.com@x', ':1005', ','])(
    'refuse the user %j',
    (entry) => {
      expect(read(entry)).toMatchObject({ success: false, problems: [{ setting: 'ALLOWED_USERS' }] });
    },
  );

  it('refuse a star for a group, and say where it belongs', () => {
    expect(read('', '*')).toMatchObject({
      problems: [{ setting: 'ALLOWED_GROUPS', expected: expect.stringContaining('ALLOWED_USERS') }],
    });
  });

  it('name the groups that cannot be there', () => {
    const names = { ignoreCase: true, pattern: /^org:\w+$/, expected: 'org:acme', example: 'org:acme' };
    expect(impossibleGroups({ allowedGroups: ['org:acme', 'acme'] }, names)).toEqual(['acme']);
    expect(impossibleGroups({ allowedGroups: ['acme'] }, undefined)).toEqual([]);
  });
});
