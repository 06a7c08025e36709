import type { RecordKey, Store, StoredRecord } from '@mcp-whoami/store';

/**
 * A part of a store, as a store of its own: its records, groups and owners are none of another part's, whatever they
 * are called. Disposing of it ends nothing.
 *
 * @param name without a space.
 */
export function partOfStore(store: Store, name: string): Store {
  const prefix = `${name} `;
  const inside = <Named extends RecordKey & { group?: string | undefined; owner?: string | undefined }>(
    named: Named,
  ): Named => ({
    ...named,
    id: prefix + named.id,
    group: named.group && prefix + named.group,
    owner: named.owner && prefix + named.owner,
  });
  const outside = ({ id, group, owner, ...rest }: StoredRecord): StoredRecord => ({
    ...rest,
    id: id.slice(prefix.length),
    group: group?.slice(prefix.length),
    owner: owner?.slice(prefix.length),
  });
  const outsideIfThere = (record: StoredRecord | undefined) => record && outside(record);
  return {
    get: async (key) => outsideIfThere(await store.get(inside(key))),
    put: (record) => store.put(inside(record)),
    insert: (record) => store.insert(inside(record)),
    replace: (key, was, value) => store.replace(inside(key), was, value),
    take: async (key) => outsideIfThere(await store.take(inside(key))),
    use: (key, grace) => store.use(inside(key), grace),
    delete: (key, was) => store.delete(inside(key), was),
    deleteGroup: (group) => store.deleteGroup(prefix + group),
    list: async (owner) => (await store.list(prefix + owner)).map(outside),
    records: async function* () {
      for await (const record of store.records()) if (record.id.startsWith(prefix)) yield outside(record);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
