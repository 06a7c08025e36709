import type { Forge, HostileToken } from './row.ts';

const otherTypes = [
  'refresh+jwt',
  'rt+jwt',
  'logout+jwt',
  'id_token+jwt',
  'dpop+jwt',
  'secevent+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'JOSE',
  'JOSE+JSON',
];

/** Headers that try to choose the key, the rules or the kind of token. */
export const hostileHeaders = ({
  idp,
  claims,
  signed,
  attacker,
  attackerKeysUrl,
  attacked,
  hmac,
}: Forge): HostileToken[] => {
  const { kid, alg } = idp.signingKey();
  const attackerKey = { ...attacker.publicJwk, use: 'sig', alg: attacker.alg };
  const certificate = attacker.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

  return [
    ...otherTypes.map((typ) => ({
      name: `typ: ${typ}`,
      source: 'RFC 8725 §3.11, RFC 9068 §4: explicit typing',
      token: signed(claims(), { typ }),
      expectedCode: 'not_an_access_token',
    })),
    {
      name: 'jwk: the key of the attacker in the header',
      source: 'RFC 7515 §4.1.3, CVE-2018-0114',
      token: attacked(claims(), { kid: undefined, jwk: attackerKey }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'jwk: the key of the attacker under the kid of the IdP',
      source: 'CVE-2018-0114',
      token: attacked(claims(), { kid, jwk: { ...attackerKey, kid } }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'jku: keys at the attacker',
      source: 'RFC 8725 §3.10: never followed',
      token: attacked(claims(), { jku: attackerKeysUrl }),
      expectedCode: 'unknown_key',
    },
    {
      name: 'jku: keys at the attacker under the kid of the IdP',
      source: 'RFC 8725 §3.10',
      token: attacked(claims(), { kid, jku: attackerKeysUrl }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'x5u: a certificate at the attacker',
      source: 'RFC 8725 §3.10',
      token: attacked(claims(), { kid, x5u: attackerKeysUrl }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'x5c: a certificate in the header',
      source: 'RFC 7515 §4.1.6',
      token: attacked(claims(), { kid, x5c: [certificate] }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'kid: a path to an empty file',
      source: 'kid injection, path traversal',
      token: hmac('', { kid: '../../../../../../dev/null' }),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'kid: an SQL injection that makes up the key',
      source: 'kid injection, SQL',
      token: hmac('secret', { kid: "x' UNION SELECT 'secret' -- " }),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'kid: a path, under an asymmetric algorithm',
      source: 'kid injection, path traversal',
      token: attacked(claims(), { kid: '../../../../etc/passwd' }),
      expectedCode: 'unknown_key',
    },
    {
      name: 'kid: __proto__',
      source: 'prototype pollution',
      token: attacked(claims(), { kid: '__proto__' }),
      expectedCode: 'unknown_key',
    },
    {
      name: 'kid: an object',
      source: 'RFC 7515 §4.1.4: a string',
      token: attacked(claims(), { kid: { $ne: '' } }),
    },
    {
      name: 'kid: unknown, signed by the key of the IdP',
      source: 'RFC 7515 §4.1.4: a key that was taken away',
      token: signed(claims(), { kid: 'rotated-away' }),
      expectedCode: 'unknown_key',
    },
    {
      name: 'crit: an extension nobody knows',
      source: 'RFC 7515 §4.1.11',
      token: signed(claims(), { crit: ['urn:example:must-check'], 'urn:example:must-check': true }),
      expectedCode: 'malformed_token',
    },
    {
      name: 'crit: empty',
      source: 'RFC 7515 §4.1.11',
      token: signed(claims(), { crit: [] }),
      expectedCode: 'malformed_token',
    },
    {
      name: 'crit: exp, a claim',
      source: 'RFC 7515 §4.1.11',
      token: signed(claims(), { crit: ['exp'] }),
      expectedCode: 'malformed_token',
    },
    {
      name: 'b64: false, signed over the encoded payload',
      source: 'RFC 7797 §7: not in a JWT',
      token: signed(claims(), { b64: false, crit: ['b64'] }),
    },
    {
      name: 'alg missing',
      source: 'RFC 7515 §4.1.1',
      token: signed(claims(), { alg: undefined }),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'alg in a list',
      source: 'RFC 7515 §4.1.1',
      token: signed(claims(), { alg: [alg] }),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'alg in lower case',
      source: 'RFC 7515 §4.1.1',
      token: signed(claims(), { alg: alg.toLowerCase() }),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'alg: one of encryption',
      source: 'RFC 7518 §4.1',
      token: signed(claims(), { alg: 'RSA-OAEP' }),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'alg: of another family than the key',
      source: 'RFC 8725 §3.1',
      token: signed(claims(), { alg: alg === 'ES256' ? 'RS256' : 'ES256' }),
    },
  ];
};
