import { constants, createHash, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { JsonObject } from '../json.ts';

const generate = promisify(generateKeyPair);

/** Asymmetric JWS algorithms a stand-in can sign with (RFC 7518 §3.1, RFC 8037 §3.1). */
export type SigningAlg =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

export type SigningKey = {
  alg: SigningAlg;
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** Without `alg` and `use`: who publishes it decides. */
  publicJwk: JWK & { kid: string };
};

const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;

let lastPair: Promise<unknown> = Promise.resolve();

/** One at a time: each takes long, and a thread of the few that Node looks up host names with. */
const generateRsaPair = () => {
  const pair = lastPair.then(() => generate('rsa', { modulusLength: 2048 }));
  lastPair = pair;
  return pair;
};

const generatePair = (alg: SigningAlg): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> => {
  if (alg === 'EdDSA') return generate('ed25519');
  if (alg === 'ES256' || alg === 'ES384' || alg === 'ES512')
    return generate('ec', { namedCurve: curves[alg] });
  return generateRsaPair();
};

export const generateSigningKey = async (alg: SigningAlg): Promise<SigningKey> => {
  const { publicKey, privateKey } = await generatePair(alg);
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url').slice(0, 16);
  return { alg, kid, privateKey, publicKey, publicJwk: { ...jwk, kid } };
};

/**
 * The JWS signature of `input` with an asymmetric key. jose signs only what is well formed; forged tokens
 * need signatures over anything.
 */
export const signatureOf = (input: string, key: KeyObject, alg: SigningAlg): Buffer => {
  const data = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, data, key);
  const digest = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(digest, data, { key, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('PS')) {
    return sign(digest, data, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
  }
  return sign(digest, data, key);
};

/** A part of a JWS: text and bytes are taken as they are, valid JSON or not. */
export type JwsPart = JsonObject | string | Buffer;

export const encodePart = (part: JwsPart): string => {
  if (Buffer.isBuffer(part)) return part.toString('base64url');
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
};

/** A compact JWS of any header and payload. */
export const compactJws = (
  header: JwsPart,
  payload: JwsPart,
  signature: (input: string) => Buffer | string,
): string => {
  const input = `${encodePart(header)}.${encodePart(payload)}`;
  const signed = signature(input);
  return `${input}.${typeof signed === 'string' ? signed : signed.toString('base64url')}`;
};

/** For `transformJwks`: keys that name no `alg`, as many IdPs publish them (RFC 7517 §4.4: it is optional). */
export const withoutAlg = ({ keys }: { keys: JWK[] }): { keys: JWK[] } => ({
  keys: keys.map(({ alg: _alg, ...key }) => key),
});

let encryptionKey: Promise<SigningKey> | undefined;

/** One RSA key for all stand-ins of the process, as making one takes long and no token is encrypted to it. */
export const sharedEncryptionKey = (): Promise<SigningKey> => {
  encryptionKey ??= generateSigningKey('RS256');
  return encryptionKey;
};
