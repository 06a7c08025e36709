import { StoreUnavailableError } from './errors.ts';
import type { RecordKey, Store } from './store.ts';

/**
 * The value of a record that is made once: of processes that start at once on an empty store, one makes it and all get
 * the same.
 *
 * @example
 * const signingKey = await getOrInsert(store, { kind: 'key', id: 'signing' }, async () =>
 *   JSON.stringify(await makeSigningKey()),
 * );
 */
export const getOrInsert = async (
  store: Store,
  key: RecordKey,
  make: () => Promise<string>,
): Promise<string> => {
  const found = await store.get(key);
  if (found !== undefined) return found.value;
  const value = await make();
  if (await store.insert({ kind: key.kind, id: key.id, value })) return value;
  const first = await store.get(key);
  if (first !== undefined) return first.value;
  throw new StoreUnavailableError(`a record of kind ${key.kind} is neither there nor can it be inserted`);
};
