import { encodePart } from '../stand-in/signing.ts';
import type { Forge, HostileToken } from './row.ts';

/** As long as a token may be: longer ones are refused for that alone. */
const longest = 16 * 1024; // characters

/**
 * Long runs for whatever reads a token, its header, its scopes or its audience by a regular expression or by
 * splitting: work that grows faster than the length shows here (CWE-1333).
 */
export const longRuns = ({ idp, resource, claims, signed, attacked }: Forge): HostileToken[] => {
  const source = 'CWE-1333: ReDoS candidate';
  const { kid } = idp.signingKey();
  const run = (text: string, length = longest) => text.repeat(Math.floor(length / text.length));
  const insideToken = 10 * 1024; // characters, before base64url adds a third
  const { origin } = new URL(resource);
  return [
    { name: 'a run of one letter', source, token: run('a') },
    {
      name: 'a run of one letter and a character that ends no token',
      source,
      token: `${run('a', longest - 1)}~`,
    },
    { name: 'a run of padding', source, token: `a${run('=', longest - 1)}` },
    { name: 'a run of padded letters', source, token: run('a=') },
    { name: 'a run of dots', source, token: run('.') },
    { name: 'a run of short parts', source, token: run('e30.') },
    {
      name: 'a JWT with a run of dots behind',
      source,
      token: `${encodePart({ alg: 'RS256' })}${run('.', longest - 64)}`,
    },
    {
      name: 'a JWT with a run of padding behind',
      source,
      token: `${encodePart({ alg: 'RS256' })}.e30.${run('=', longest - 64)}`,
    },
    { name: 'a run of hyphens', source, token: run('-') },
    { name: 'a run of slashes', source, token: run('/') },
    {
      name: 'kid: a run',
      source,
      token: attacked(claims(), { kid: run('a', insideToken) }),
      expectedCode: 'unknown_key',
    },
    {
      name: 'alg: a run of spaces',
      source,
      token: signed(claims(), { alg: `RS256${run(' ', insideToken)}x` }),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'typ: a run',
      source,
      token: signed(claims(), { typ: `id_token${run('_token', insideToken)}` }),
      expectedCode: 'not_an_access_token',
    },
    {
      name: 'crit: a long list',
      source,
      token: signed(claims(), { crit: Array(1000).fill('exp') }),
      expectedCode: 'malformed_token',
    },
    {
      name: 'iss: the issuer and a run of slashes',
      source,
      token: signed(claims({ iss: `${idp.issuer}${run('/', insideToken)}x` })),
      expectedCode: 'issuer_mismatch',
    },
    {
      name: 'aud: a run of schemes',
      source,
      token: signed(claims({ aud: `${run('http://', insideToken)}` })),
      expectedCode: 'audience_mismatch',
    },
    {
      name: 'aud: a scheme without end',
      source,
      token: signed(claims({ aud: run('a+', insideToken) })),
      expectedCode: 'audience_mismatch',
    },
    {
      name: 'aud: four hundred others',
      source,
      token: signed(claims({ aud: Array.from({ length: 400 }, (_, index) => `${origin}/${index}`) })),
      expectedCode: 'audience_mismatch',
    },
    {
      name: 'scope: a run of spaces, signed by another key',
      source,
      token: attacked(claims({ scope: `openid${run(' ', insideToken)}x` }), { kid }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'scope: a run of spaces, expired',
      source,
      token: signed(claims({ scope: `openid${run(' ', insideToken)}x`, exp: 1 })),
      expectedCode: 'expired',
    },
    {
      name: 'sub: a run of spaces',
      source,
      token: signed(claims({ sub: run(' ', insideToken) })),
      expectedCode: 'subject_missing',
    },
    {
      name: 'token_use: a run',
      source,
      token: signed(claims({ token_use: `id${run('-', insideToken)}`, sub: '' })),
      expectedCode: 'subject_missing',
    },
  ];
};
