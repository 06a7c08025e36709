import { createHmac, randomBytes } from 'node:crypto';
import { StoreConfigurationError } from '../errors.ts';
import { getOrInsert } from '../get-or-insert.ts';
import type { Store } from '../store.ts';
import { deriveKey } from './seal.ts';
import { sealBy } from './secrets.ts';

/** Where the key is kept: no record of anybody else has this kind. */
export const INDEX_KEY_KIND = 'index-key';

const key = { kind: INDEX_KEY_KIND, id: 'v1' };
const context = `${key.kind} ${key.id}`;

/** Keyed hashes, under which a store finds what it may not know. */
export interface Hashes {
  id(kind: string, id: string): string;
  group(name: string): string;
  owner(name: string): string;
}

export interface IndexKey {
  hashes: Hashes;
  /** Seals the key with the first secret. */
  reseal(): Promise<void>;
}

/**
 * The key of a store's hashes: random, made once, and kept in the store, sealed. It outlives the secrets, so that a
 * record has one name whatever secret its readers have, and locks and conditional writes hold during a rotation.
 *
 * @throws a {@link StoreConfigurationError} when none of the secrets has sealed it.
 */
export const openIndexKey = async (store: Store, secrets: readonly string[]): Promise<IndexKey> => {
  const seal = sealBy(secrets, 'index key');
  const sealed = await getOrInsert(store, key, async () =>
    seal.close(randomBytes(32).toString('base64url'), context),
  );
  const text = seal.open(sealed, context);
  if (text === undefined)
    throw new StoreConfigurationError({
      setting: 'secret',
      found:
        secrets.length === 1
          ? 'one that this store is not sealed with'
          : 'none that this store is sealed with',
      expected: 'the secret that the store was made with, alone or after a new one',
      example: '<new secret>,<old secret>',
    });

  const hash = (use: string) => {
    const hashKey = deriveKey(Buffer.from(text, 'base64url'), `hash of ${use}`);
    return (name: string) => createHmac('sha256', hashKey).update(name).digest('base64url');
  };
  const hashOfId = hash('id');
  return {
    hashes: { id: (kind, id) => hashOfId(`${kind}:${id}`), group: hash('group'), owner: hash('owner') },
    reseal: async () => {
      if (!seal.isCurrent(sealed, context)) await store.replace(key, sealed, seal.close(text, context));
    },
  };
};
