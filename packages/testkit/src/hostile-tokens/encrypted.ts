import { constants, createCipheriv, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { JsonObject } from '../json.ts';
import { encodePart } from '../stand-in/signing.ts';
import type { Forge, HostileToken } from './row.ts';

const megabyte = 1024 * 1024;

/** RFC 7516 §7.1 with RSA-OAEP-256 and A256GCM. */
const compactJwe = (recipient: KeyObject, header: JsonObject, plaintext: Buffer): string => {
  const contentKey = randomBytes(32);
  const nonce = randomBytes(12);
  const protectedHeader = encodePart({ alg: 'RSA-OAEP-256', enc: 'A256GCM', ...header });
  const cipher = createCipheriv('aes-256-gcm', contentKey, nonce).setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const encryptedKey = publicEncrypt(
    { key: recipient, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    contentKey,
  );
  const parts = [encryptedKey, nonce, ciphertext, cipher.getAuthTag()].map((part) =>
    part.toString('base64url'),
  );
  return [protectedHeader, ...parts].join('.');
};

/** Encrypted tokens: this server has no key to read any, and may not spend itself on trying. */
export const hostileEncryption = ({ idp, claims, signed }: Forge): HostileToken[] => {
  const { publicKey, kid } = idp.encryptionKey;
  const toIdp = (header: JsonObject, plaintext: string | Buffer) =>
    compactJwe(publicKey, { kid, ...header }, Buffer.from(plaintext));
  const forEveryone = (header: JsonObject) =>
    [encodePart(header), '', 'AAAAAAAAAAAAAAAA', 'AAAA', 'AAAAAAAAAAAAAAAAAAAAAA'].join('.');
  return [
    {
      name: 'claims encrypted to the key that the IdP publishes, signed by nobody',
      source: 'CVE-2023-51774: encryption taken for a signature',
      token: toIdp({ typ: 'at+jwt' }, JSON.stringify(claims())),
    },
    {
      name: 'a good token encrypted to the key of the IdP',
      source: 'RFC 7519 §11.2: nested; not for this server',
      token: toIdp({ cty: 'JWT' }, signed(claims())),
    },
    {
      name: 'zip: a megabyte that is a kilobyte on the way',
      source: 'CVE-2024-28176: compressed plaintext',
      token: toIdp({ zip: 'DEF' }, deflateRawSync(Buffer.alloc(megabyte, ' '))),
    },
    {
      name: 'p2c: two billion rounds of PBKDF2',
      source: 'CVE-2022-36083: PBES2 count',
      token: forEveryone({
        alg: 'PBES2-HS256+A128KW',
        enc: 'A128CBC-HS256',
        p2s: 'AAAAAAAAAAA',
        p2c: 2 ** 31 - 1,
      }),
    },
    {
      name: 'epk: a point that is not on the curve',
      source: 'RFC 8725 §3.4: invalid curve attack',
      token: forEveryone({
        alg: 'ECDH-ES',
        enc: 'A128GCM',
        epk: {
          kty: 'EC',
          crv: 'P-256',
          x: Buffer.alloc(32, 1).toString('base64url'),
          y: Buffer.alloc(32, 2).toString('base64url'),
        },
      }),
    },
    {
      name: 'alg: RSA1_5',
      source: 'RFC 8725 §3.2: Bleichenbacher',
      token: forEveryone({ alg: 'RSA1_5', enc: 'A128CBC-HS256' }),
    },
    {
      name: 'alg: none with enc',
      source: 'RFC 7518 §4.1',
      token: forEveryone({ alg: 'none', enc: 'none' }),
    },
  ];
};
