import type { KeyObject } from 'node:crypto';
import { compactJws, encodePart, signatureOf } from '../stand-in/signing.ts';
import type { Forge, HostileToken } from './row.ts';

const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' }).toString();

const exchanged = (signature: string, at: number): string => {
  const bytes = Buffer.from(signature, 'base64url');
  return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]).toString('base64url');
};

/** Good claims under a signature that is not the IdP's. */
export const hostileSignatures = ({
  idp,
  claims,
  signed,
  attacker,
  attacked,
  hmac,
}: Forge): HostileToken[] => {
  const { kid, publicKey, publicJwk, alg } = idp.signingKey();
  const good = signed(claims());
  const [header = '', payload = '', signature = ''] = good.split('.');
  const [, otherPayload = ''] = signed(claims({ sub: 'grace' })).split('.');

  const secrets: [string, string | Buffer][] = [
    ['PEM', pem(publicKey)],
    ['PEM without the last line break', pem(publicKey).trimEnd()],
    ['DER', publicKey.export({ format: 'der', type: 'spki' })],
    ['JWK', JSON.stringify(publicJwk)],
    ['JWK without kid', JSON.stringify({ ...publicJwk, kid: undefined })],
    ['kid', kid],
    ['JWK Set', JSON.stringify({ keys: [publicJwk] })],
    ['modulus or coordinate', publicJwk.n ?? publicJwk.x ?? ''],
    ['nothing', ''],
    ['a NUL', '\0'],
    ['the word secret', 'secret'],
  ];
  const longerHmacs = ['HS384', 'HS512'] as const;
  const half = Buffer.from(signature, 'base64url').length / 2;
  const one = Buffer.concat([Buffer.alloc(31), Buffer.of(1)]);
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

  const impossible: [string, Buffer, Buffer][] = [
    ['r = s = n, the order of P-256', order, order],
    ['r = n, s = 1', order, one],
    ['r = 1, s = 0', one, Buffer.alloc(32)],
  ];

  return [
    ...['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'none\0', ''].map((name) => ({
      name: `alg: ${JSON.stringify(name)}, no signature`,
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
    ...longerHmacs.map((name) => ({
      name: `${name} with the public key as the secret`,
      source: 'RFC 8725 §2.1: key confusion, CVE-2016-10555',
      token: hmac(pem(publicKey), { alg: name }, `sha${name.slice(2)}`),
      expectedCode: 'algorithm_not_allowed',
    })),
    {
      name: 'HMAC under the algorithm of the IdP, its public key as the secret',
      source: 'RFC 8725 §2.1: key confusion',
      token: hmac(pem(publicKey), { alg }),
      expectedCode: 'bad_signature',
    },
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
    ...(alg === 'ES256' ? impossible : []).map(([name, r, s]) => ({
      name: `signature with ${name}`,
      source: 'CVE-2022-21449: psychic signatures',
      token: `${header}.${payload}.${Buffer.concat([r, s]).toString('base64url')}`,
      expectedCode: 'bad_signature',
    })),
    {
      name: 'signature behind the beginning of a DER sequence',
      source: 'RFC 7518 §3.3, §3.4: of a fixed form',
      token: `${header}.${payload}.${Buffer.concat([Buffer.of(0x30, 0x44, 0x02, 0x20), Buffer.from(signature, 'base64url')]).toString('base64url')}`,
      expectedCode: 'bad_signature',
    },
    {
      name: 'signature with its halves exchanged',
      source: 'RFC 7515 §5.2',
      token: `${header}.${payload}.${exchanged(signature, half)}`,
      expectedCode: 'bad_signature',
    },
    {
      name: 'signature of the payload alone',
      source: 'RFC 7515 §5.1',
      token: `${header}.${payload}.${signatureOf(payload, idp.signingKey().privateKey, alg).toString('base64url')}`,
      expectedCode: 'bad_signature',
    },
    {
      name: 'signature of another token of the same user',
      source: 'RFC 7515 §5.2',
      token: `${header}.${payload}.${signed(claims({ scope: 'openid' })).split('.')[2]}`,
      expectedCode: 'bad_signature',
    },
  ];
};
