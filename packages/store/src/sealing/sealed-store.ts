import { z } from 'zod';
import type { NewRecord, RecordKey, Store, StoredRecord } from '../store.ts';
import { INDEX_KEY_KIND, openIndexKey } from './index-key.ts';
import { sealBy } from './secrets.ts';

/** A store in which nothing can be read without a secret. */
export interface SealedStore extends Store {
  /**
   * Seals anew whatever an older secret has sealed. Once it has resolved in every process that shares the store, the
   * older secret may go. Until then the store cannot be opened without it.
   *
   * @returns how many records were sealed anew, and how many no secret opens: those are as if they were not there.
   */
  reseal(): Promise<{ resealed: number; unreadable: number }>;
}

const contents = z.object({
  id: z.string(),
  value: z.string(),
  group: z.string().optional(),
  owner: z.string().optional(),
});

const contextOf = ({ kind, id }: RecordKey) => `${kind}:${id}`;

/**
 * Seals what a store keeps. Values are encrypted and authenticated (AES-256-GCM), each bound to its record; ids, groups
 * and owners are keyed hashes. What can be read: how many records of a kind there are, how long, which belong together,
 * and when they end. The kind `index-key` is its own.
 *
 * @param secrets the first one seals, all of them open: `[new, old]` is a rotation. Each of 32 bytes or more.
 * @throws a `StoreConfigurationError` when a secret is too short, or none of them is the one of this store.
 * @example
 * const [secret = ''] = process.argv.slice(2);
 * await using store = await createSealedStore(await openStore('sqlite:./store.db'), [secret]);
 * await store.reseal();
 */
export const createSealedStore = async (store: Store, secrets: readonly string[]): Promise<SealedStore> => {
  const seal = sealBy(secrets, 'values');
  const { hashes, reseal: resealIndexKey } = await openIndexKey(store, secrets);

  const hashKey = ({ kind, id }: RecordKey): RecordKey => ({ kind, id: hashes.id(kind, id) });
  const open = (sealed: StoredRecord | undefined): StoredRecord | undefined => {
    if (sealed === undefined) return undefined;
    const text = seal.open(sealed.value, contextOf(sealed));
    if (text === undefined) return undefined;
    return { kind: sealed.kind, usedAt: sealed.usedAt, ...contents.parse(JSON.parse(text)) };
  };
  const close = ({ id, value, group, owner, ...rest }: NewRecord): NewRecord => {
    const key = hashKey({ kind: rest.kind, id });
    return {
      ...rest,
      id: key.id,
      value: seal.close(JSON.stringify({ id, value, group, owner }), contextOf(key)),
      group: group === undefined ? undefined : hashes.group(group),
      owner: owner === undefined ? undefined : hashes.owner(owner),
    };
  };
  /** Writes only if the sealed value is `was`. A sealed value never comes twice, so that one is the version of a record. */
  const whileValueIs = async (
    key: RecordKey,
    was: string,
    write: (sealed: StoredRecord, opened: StoredRecord) => Promise<boolean>,
  ): Promise<boolean> => {
    const sealed = await store.get(hashKey(key));
    const opened = open(sealed);
    if (sealed === undefined || opened?.value !== was) return false;
    return (await write(sealed, opened)) || whileValueIs(key, was, write);
  };

  return {
    get: async (key) => open(await store.get(hashKey(key))),
    put: (record) => store.put(close(record)),
    insert: (record) => store.insert(close(record)),
    replace: (key, was, value) =>
      whileValueIs(key, was, (sealed, opened) =>
        store.replace(sealed, sealed.value, close({ ...opened, value }).value),
      ),
    take: async (key) => open(await store.take(hashKey(key))),
    use: (key, grace) => store.use(hashKey(key), grace),
    delete: (key, was) =>
      was === undefined
        ? store.delete(hashKey(key))
        : whileValueIs(key, was, (sealed) => store.delete(sealed, sealed.value)),
    deleteGroup: (group) => store.deleteGroup(hashes.group(group)),
    list: async (owner) => (await store.list(hashes.owner(owner))).flatMap((sealed) => open(sealed) ?? []),
    records: async function* () {
      for await (const sealed of store.records()) {
        const opened = open(sealed);
        if (opened !== undefined) yield opened;
      }
    },
    reseal: async () => {
      const count = { resealed: 0, unreadable: 0 };
      for await (const sealed of store.records()) {
        if (sealed.kind === INDEX_KEY_KIND) continue;
        const context = contextOf(sealed);
        if (seal.isCurrent(sealed.value, context)) continue;
        const text = seal.open(sealed.value, context);
        if (text === undefined) count.unreadable += 1;
        else count.resealed += Number(await store.replace(sealed, sealed.value, seal.close(text, context)));
      }
      await resealIndexKey();
      return count;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
};
