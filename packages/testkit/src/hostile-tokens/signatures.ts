import { createHmac, type KeyObject } from 'node:crypto';
import { compactJws, encodePart } from '../stand-in/signing.ts';
import type { Forge, HostileToken } from './row.ts';

const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' }).toString();

/** Good claims under a signature that is not the IdP's. */
export const hostileSignatures = ({ idp, claims, signed, attacker, attacked }: Forge): HostileToken[] => {
  const { kid, publicKey, publicJwk, alg } = idp.signingKey();
  const good = signed(claims());
  const [header = '', payload = '', signature = ''] = good.split('.');
  const [, otherPayload = ''] = signed(claims({ sub: 'grace' })).split('.');
  const hmac = (secret: string | Buffer, extra = {}) =>
    compactJws({ alg: 'HS256', typ: 'at+jwt', kid, ...extra }, claims(), (input) =>
      createHmac('sha256', secret).update(input).digest(),
    );

  const secrets: [string, string | Buffer][] = [
    ['PEM', pem(publicKey)],
    ['PEM without the last line break', pem(publicKey).trimEnd()],
    ['DER', publicKey.export({ format: 'der', type: 'spki' })],
    ['JWK', JSON.stringify(publicJwk)],
    ['JWK without kid', JSON.stringify({ ...publicJwk, kid: undefined })],
    ['kid', kid],
    ['nothing', ''],
  ];

  return [
    ...['none', 'None', 'NONE', 'nOnE', ''].map((name) => ({
      name: `alg: ${name || 'an empty string'}, no signature`,
      source: 'RFC 8725 §3.2, CVE-2015-9235',
      token: compactJws({ alg: name, typ: 'at+jwt', kid }, claims(), () => ''),
      expectedCode: 'algorithm_not_allowed',
    })),
    {
      name: 'alg: none, the signature of a good token',
      source: 'RFC 8725 §3.2',
      token: compactJws({ alg: 'none', typ: 'at+jwt', kid }, claims(), () => signature),
      expectedCode: 'algorithm_not_allowed',
    },
    {
      name: 'alg twice, none last',
      source: 'RFC 7515 §4: the lexically last of duplicates counts',
      token: compactJws(`{"alg":"${alg}","kid":"${kid}","alg":"none"}`, claims(), () => ''),
      expectedCode: 'algorithm_not_allowed',
    },
    ...secrets.map(([form, secret]) => ({
      name: `HS256 with the public key as the secret: ${form}`,
      source: 'RFC 8725 §2.1: key confusion, CVE-2016-10555',
      token: hmac(secret),
      expectedCode: 'algorithm_not_allowed',
    })),
    {
      name: 'signed by another key under the kid of the IdP',
      source: 'RFC 7515 §5.2',
      token: attacked(claims(), { kid }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'signed by another key without a kid',
      source: 'RFC 7515 §5.2',
      token: attacked(claims(), { kid: undefined }),
      expectedCode: 'bad_signature',
    },
    {
      name: 'signed by another key under an unknown kid',
      source: 'RFC 7515 §4.1.4',
      token: attacked(claims(), { kid: attacker.kid }),
      expectedCode: 'unknown_key',
    },
    {
      name: 'signed by a key published for encryption',
      source: 'RFC 7517 §4.2',
      token: idp.signJwt(claims(), {
        key: idp.encryptionKey.privateKey,
        alg: 'RS256',
        header: { kid: idp.encryptionKey.kid },
      }),
      expectedCode: 'unknown_key',
    },
    {
      name: 'payload changed after it was signed',
      source: 'RFC 7515 §5.2',
      token: `${header}.${otherPayload}.${signature}`,
      expectedCode: 'bad_signature',
    },
    {
      name: 'header changed after it was signed',
      source: 'RFC 7515 §5.2',
      token: `${encodePart({ alg, kid, typ: 'JWT' })}.${payload}.${signature}`,
      expectedCode: 'bad_signature',
    },
    {
      name: 'signature stripped',
      source: 'RFC 7515 §5.2',
      token: `${header}.${payload}.`,
      expectedCode: 'bad_signature',
    },
    { name: 'signature and its dot stripped', source: 'RFC 7515 §3.1', token: `${header}.${payload}` },
    {
      name: 'signature cut in half',
      source: 'RFC 7515 §5.2',
      token: `${header}.${payload}.${signature.slice(0, signature.length / 2)}`,
      expectedCode: 'bad_signature',
    },
    {
      name: 'signature of nothing but zeros',
      source: 'CVE-2022-21449: psychic signatures',
      token: `${encodePart({ alg, kid, typ: 'at+jwt' })}.${payload}.${Buffer.alloc(alg.startsWith('E') ? 64 : 256).toString('base64url')}`,
      expectedCode: 'bad_signature',
    },
  ];
};
