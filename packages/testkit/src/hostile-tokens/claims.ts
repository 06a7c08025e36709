import { nativeClient } from '../stand-in/options.ts';
import type { Forge, HostileToken } from './row.ts';

const hour = 3600; // s

/** Signed by the IdP's own key: only the claims are wrong. */
export const hostileClaims = ({ idp, resource, claims, without, signed }: Forge): HostileToken[] => {
  const now = Math.floor(Date.now() / 1000);
  const { issuer } = idp;
  const { origin, pathname } = new URL(resource);
  const slashed = issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`;

  const wrongIssuers: [string, unknown][] = [
    ['another issuer', 'https://evil.example'],
    ['the issuer with or without a trailing slash', slashed],
    ['the issuer in upper case', issuer.toUpperCase()],
    ['the issuer as a prefix of another host', `${issuer}.evil.example`],
    ['a path below the issuer', `${issuer}/evil`.replace('//evil', '/evil')],
    ['the issuer as a user name', `http://${new URL(issuer).host}@evil.example`],
    ['the issuer with 127.0.0.1 for localhost', issuer.replace('localhost', '127.0.0.1')],
    ['the issuer in a list', [issuer]],
    ['an empty issuer', ''],
  ];
  const wrongAudiences: [string, unknown][] = [
    ['another server', 'https://other.example/mcp'],
    ['the client', nativeClient.client_id],
    ['a path below this server', `${resource}/admin`],
    ['the origin of this server', origin],
    ['a prefix of this server', resource.slice(0, -1)],
    ['this server with a suffix', `${resource}x`],
    ['another host with the path of this server', `https://evil.example${pathname}`],
    ['this server in a query', `https://evil.example/?${resource}`],
    ['this server with its path in upper case', `${origin}${pathname.toUpperCase()}`],
    ['two servers in one string', `${resource} https://other.example`],
    ['a list of other servers', ['https://other.example/mcp', 'https://third.example/mcp']],
  ];
  const malformedAudiences: [string, unknown][] = [
    ['an object with the server as its key', { [resource]: true }],
    ['a list in a list', [[resource]]],
    ['true', true],
  ];
  const wrongExpiries: [string, unknown][] = [
    ['a string', String(now + hour)],
    ['a date as a string', '2999-01-01T00:00:00Z'],
    ['an object', { $gt: 0 }],
    ['true', true],
  ];
  const wrongSubjects: [string, unknown][] = [
    ['is empty', ''],
    ['is blank', ' '],
    ['is an object', { $ne: null }],
    ['is a list', ['ada']],
    ['is true', true],
    ['is null', null],
  ];

  return [
    ...wrongIssuers.map(([name, iss]) => ({
      name: `iss: ${name}`,
      source: 'RFC 9068 §4, RFC 8414 §3.3: compared byte for byte',
      token: signed(claims({ iss })),
      ...(typeof iss === 'string' ? { expectedCode: 'issuer_mismatch' } : {}),
    })),
    {
      name: 'iss missing',
      source: 'RFC 9068 §2.2',
      token: signed(without('iss')),
      expectedCode: 'issuer_mismatch',
    },
    ...wrongAudiences.map(([name, aud]) => ({
      name: `aud: ${name}`,
      source: 'RFC 9068 §4, RFC 8707 §3',
      token: signed(claims({ aud })),
      expectedCode: 'audience_mismatch',
    })),
    ...malformedAudiences.map(([name, aud]) => ({
      name: `aud: ${name}`,
      source: 'RFC 7519 §4.1.3: a string or a list of strings',
      token: signed(claims({ aud })),
      expectedCode: 'malformed_token',
    })),
    ...[undefined, null, []].map((aud) => ({
      name: `aud: ${JSON.stringify(aud) ?? 'missing'}`,
      source: 'RFC 9068 §2.2',
      token: signed(aud === undefined ? without('aud') : claims({ aud })),
      expectedCode: 'audience_unknown',
    })),
    {
      name: 'aud twice, this server first',
      source: 'RFC 7519 §4: the lexically last of duplicates counts',
      token: signed(JSON.stringify(claims()).replace(/}$/, ',"aud":"https://other.example/mcp"}')),
      expectedCode: 'audience_mismatch',
    },
    {
      name: 'exp past',
      source: 'RFC 7519 §4.1.4',
      token: signed(claims({ exp: now - hour })),
      expectedCode: 'expired',
    },
    {
      name: 'exp a second ago',
      source: 'RFC 7519 §4.1.4',
      token: signed(claims({ exp: now - 1 })),
      expectedCode: 'expired',
    },
    { name: 'exp 0', source: 'RFC 7519 §4.1.4', token: signed(claims({ exp: 0 })), expectedCode: 'expired' },
    {
      name: 'exp negative',
      source: 'RFC 7519 §4.1.4',
      token: signed(claims({ exp: -now })),
      expectedCode: 'expired',
    },
    {
      name: 'exp missing',
      source: 'RFC 9068 §2.2',
      token: signed(without('exp')),
      expectedCode: 'expiry_missing',
    },
    {
      name: 'exp null',
      source: 'RFC 9068 §2.2',
      token: signed(claims({ exp: null })),
      expectedCode: 'expiry_missing',
    },
    {
      name: 'exp beyond any number',
      source: 'RFC 8259 §6: 1e999 is infinite to JavaScript',
      token: signed(JSON.stringify(claims({ exp: 1 })).replace('"exp":1', '"exp":1e999')),
    },
    ...wrongExpiries.map(([name, exp]) => ({
      name: `exp is ${name}`,
      source: 'RFC 7519 §2: NumericDate',
      token: signed(claims({ exp })),
      expectedCode: 'malformed_token',
    })),
    {
      name: 'nbf in an hour',
      source: 'RFC 7519 §4.1.5',
      token: signed(claims({ nbf: now + hour })),
      expectedCode: 'not_yet_valid',
    },
    {
      name: 'iat in an hour',
      source: 'RFC 7519 §4.1.6: nobody issues a token in the future',
      token: signed(claims({ iat: now + hour })),
      expectedCode: 'not_yet_valid',
    },
    {
      name: 'iat is a string',
      source: 'RFC 7519 §2: NumericDate',
      token: signed(claims({ iat: String(now) })),
      expectedCode: 'malformed_token',
    },
    ...['iat', 'client_id'].map((name) => ({
      name: `${name} missing under at+jwt`,
      source: 'RFC 9068 §2.2',
      token: signed(without(name)),
      expectedCode: 'malformed_token',
    })),
    { name: 'nbf is a string', source: 'RFC 7519 §2', token: signed(claims({ nbf: String(now + hour) })) },
    {
      name: 'sub missing',
      source: 'RFC 9068 §2.2',
      token: signed(without('sub')),
      expectedCode: 'subject_missing',
    },
    ...wrongSubjects.map(([name, sub]) => ({
      name: `sub ${name}`,
      source: 'RFC 9068 §2.2, NoSQL injection',
      token: signed(claims({ sub })),
      expectedCode: 'subject_missing',
    })),
  ];
};
