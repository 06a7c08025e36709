import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { getOrInsert, type Store } from '@mcp-whoami/store';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { z } from 'zod';

/** What every process of a bridge has in common, made once and kept in the store, which seals it. */
export interface BridgeKeys {
  /** Signs tokens: the private key. */
  signing: JWK & { kid: string; alg: typeof SIGNING_ALG };
  /** Signs cookies. */
  cookies: string;
  /** Makes the tokens of forms. */
  forms: Buffer;
  /** Seals the registrations of clients. */
  registrations: Buffer;
}

/** ES256: short signatures, which every client and verifier of today has. */
export const SIGNING_ALG = 'ES256';

const KEY_BYTES = 32;

const key = z.base64url().transform((text) => Buffer.from(text, 'base64url'));
const kept = z.object({
  signing: z.looseObject({ kty: z.string(), kid: z.string(), alg: z.literal(SIGNING_ALG) }),
  cookies: z.string(),
  forms: key,
  registrations: key,
});

/** The keys of the bridges that share a store: of those that start at once on an empty one, all get the same. */
export async function openKeys(store: Store): Promise<BridgeKeys> {
  const text = await getOrInsert(store, { kind: 'keys', id: 'v1' }, async () => {
    const random = () => randomBytes(KEY_BYTES).toString('base64url');
    return JSON.stringify({
      signing: await makeSigningKey(),
      cookies: random(),
      forms: random(),
      registrations: random(),
    });
  });
  return kept.parse(JSON.parse(text));
}

async function makeSigningKey(): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: SIGNING_ALG, use: 'sig' };
}

/** The part of a signing key that anybody may have. */
export function publicKeyOf({ signing }: BridgeKeys): JWK {
  const { d: _, ...publicKey } = signing;
  return publicKey;
}
