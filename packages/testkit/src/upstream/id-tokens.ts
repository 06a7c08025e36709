import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import type { JsonObject } from '../json.ts';
import { compactJws, generateSigningKey, signatureOf } from '../stand-in/signing.ts';

const idTokenLifetime = 3600; // s

/** The key of an upstream stand-in that speaks OpenID Connect, and what it signs. */
export type IdTokens = {
  /** Adds `iat`, `exp` and, of the access token beside it, `at_hash` (OpenID Connect Core 1.0 §3.1.3.6). */
  sign: (claims: JsonObject, accessToken: string) => string;
  publicKey: () => JWK;
  rotate: () => Promise<void>;
};

export const createIdTokens = async (): Promise<IdTokens> => {
  let key = await generateSigningKey('RS256');
  return {
    sign: (claims, accessToken) => {
      const iat = Math.floor(Date.now() / 1000);
      const hash = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
      const payload = { ...claims, at_hash: hash, iat, exp: iat + idTokenLifetime };
      const header = { alg: key.alg, kid: key.kid, typ: 'JWT' };
      return compactJws(header, payload, (input) => signatureOf(input, key.privateKey, key.alg));
    },
    publicKey: () => ({ ...key.publicJwk, use: 'sig' }),
    rotate: async () => {
      key = await generateSigningKey('RS256');
    },
  };
};
