import { describe, expect, it } from 'vitest';
import { defineOpenIdProvider, identityOfClaims, issuerSetting, openIdOptions } from '../src/index.ts';

const provider = defineOpenIdProvider({
  id: 'example',
  title: 'Example',
  environmentPrefix: 'EXAMPLE',
  options: openIdOptions({
    issuer: issuerSetting({ description: 'the issuer', example: 'https://idp.example' }),
  }),
  issuer: ({ issuer }) => issuer,
  groups: { claims: ['groups', 'realm_access.roles'], scopes: ['groups'] },
});

const client = { clientId: 'whoami', clientSecret: 'secret' };
const nameOf = (field: string) => `EXAMPLE_${field}`;

describe('an OpenID Connect provider as the upstream of a bridge', () => {
  it('is its issuer, this server’s client there, and what is asked for', () => {
    const upstream = provider.upstream?.(
      { issuer: 'https://idp.example', clientAuth: 'client_secret_post', ...client },
      { nameOf },
    );
    expect(upstream).toMatchObject({
      id: 'example',
      title: 'Example',
      server: { kind: 'oidc', issuer: 'https://idp.example' },
      ...client,
      clientAuth: 'client_secret_post',
      scopes: ['openid', 'profile', 'email'],
      scopesWhereSupported: ['offline_access'],
    });
  });

  it('asks for groups only where some are named', () => {
    const options = { issuer: 'https://idp.example', ...client };
    const upstream = provider.upstream?.(options, { nameOf, allowedGroups: ['staff'] });
    expect(upstream?.scopesWhereSupported).toEqual(['offline_access', 'groups']);
  });

  it('needs the client, by id and secret', () => {
    expect(() => provider.upstream?.({ issuer: 'https://idp.example' }, { nameOf })).toThrow(
      /EXAMPLE_clientId is not set.*EXAMPLE_clientSecret is not set/s,
    );
    expect(() =>
      provider.upstream?.({ issuer: 'https://idp.example', clientId: 'whoami' }, { nameOf }),
    ).toThrow(/^EXAMPLE_clientSecret is not set/);
  });
});

describe('who somebody is by their claims', () => {
  const of = (claims: Record<string, unknown>) =>
    identityOfClaims(claims, { subject: claims.sub, groups: ['groups', 'realm_access.roles'] });

  it('has the profile, and nothing that is about a token', () => {
    const claims = {
      sub: 'ada',
      name: 'Ada',
      locale: 'en',
      iss: 'https://idp.example',
      sid: 'x',
      nonce: 'y',
    };
    expect(of(claims)).toEqual({
      id: 'ada',
      claims: { name: 'Ada', locale: 'en' },
      verifiedEmails: [],
      groups: [],
    });
  });

  it.each([
    [true, ['ada@example.com']],
    ['true', ['ada@example.com']],
    [false, []],
    ['false', []],
    [undefined, []],
    [1, []],
  ])('counts an address of which it is said that it is verified: %j', (email_verified, verifiedEmails) => {
    expect(of({ sub: 'ada', email: 'ada@example.com', email_verified }).verifiedEmails).toEqual(
      verifiedEmails,
    );
  });

  it('has the groups of each claim, as a name or a list', () => {
    expect(
      of({ sub: 'ada', groups: ['staff', 7, '', 'staff'], realm_access: { roles: 'admin' } }).groups,
    ).toEqual(['staff', 'admin']);
    expect(of({ sub: 'ada', groups: { staff: true } }).groups).toEqual([]);
  });

  it.each([undefined, '', ' ', null, 1.5, ['ada']])('names nobody by the subject %j', (sub) => {
    expect(() => of({ sub })).toThrow('no id of an account');
  });
});
