import { LRUCache } from 'lru-cache';
import type { NewRecord, RecordKey, Store, StoredRecord } from '../store.ts';
import { useOf } from '../use.ts';

/** How many records of a kind are kept. */
const MAX_RECORDS_OF_A_KIND = 10_000;

export interface MemoryStoreOptions {
  /** 10,000 unless told. */
  maxRecordsOfAKind?: number | undefined;
  /** Is called when a record that had not ended is forgotten, because its kind has too many. */
  onForgotten?: ((kind: string) => void) | undefined;
}

type Entry = StoredRecord & { expiresAt: number; uses: number };

/**
 * Keeps records in this process. When a kind has too many, its least recently read or written record is forgotten:
 * nothing of another kind.
 */
export const createMemoryStore = ({
  maxRecordsOfAKind = MAX_RECORDS_OF_A_KIND,
  onForgotten,
}: MemoryStoreOptions = {}): Store => {
  const kinds = new Map<string, LRUCache<string, Entry>>();
  const isLive = (entry: Entry) => entry.expiresAt > Date.now();

  const entriesOf = (kind: string) => {
    const entries =
      kinds.get(kind) ??
      new LRUCache<string, Entry>({
        max: maxRecordsOfAKind,
        dispose: (entry, _id, reason) => {
          if (reason === 'evict' && isLive(entry)) onForgotten?.(kind);
        },
      });
    kinds.set(kind, entries);
    return entries;
  };

  const find = ({ kind, id }: RecordKey): Entry | undefined => {
    const entry = kinds.get(kind)?.get(id);
    if (entry === undefined || isLive(entry)) return entry;
    kinds.get(kind)?.delete(id);
    return undefined;
  };

  const write = ({ lifetime = Number.POSITIVE_INFINITY, ...record }: NewRecord, before?: Entry) =>
    void entriesOf(record.kind).set(record.id, {
      ...record,
      expiresAt: Date.now() + lifetime * 1000,
      usedAt: before?.usedAt,
      uses: before?.uses ?? 0,
    });

  const remove = ({ kind, id }: RecordKey) => kinds.get(kind)?.delete(id) ?? false;

  const all = (): Entry[] => [...kinds.values()].flatMap((entries) => [...entries.values()].filter(isLive));

  return {
    get: async (key) => toRecord(find(key)),
    put: async (record) => write(record, find(record)),
    insert: async (record) => {
      if (find(record) !== undefined) return false;
      write(record);
      return true;
    },
    replace: async (key, was, value) => {
      const entry = find(key);
      if (entry?.value !== was) return false;
      entry.value = value;
      return true;
    },
    take: async (key) => {
      const entry = find(key);
      remove(key);
      return toRecord(entry);
    },
    use: async (key, grace = 0) => {
      const entry = find(key);
      if (entry === undefined) return 'absent';
      const now = Date.now() / 1000;
      entry.uses += 1;
      entry.usedAt ??= now;
      return useOf({ uses: entry.uses, sinceFirst: now - entry.usedAt }, grace);
    },
    delete: async (key, was) => {
      const entry = find(key);
      return entry !== undefined && (was === undefined || entry.value === was) && remove(key);
    },
    deleteGroup: async (group) => {
      for (const entry of all()) if (entry.group === group) remove(entry);
    },
    list: async (owner) =>
      all()
        .filter((entry) => entry.owner === owner)
        .map((entry) => toRecord(entry)),
    records: async function* () {
      for (const entry of all()) yield toRecord(entry);
    },
    [Symbol.asyncDispose]: async () => kinds.clear(),
  };
};

function toRecord(entry: Entry): StoredRecord;
function toRecord(entry: Entry | undefined): StoredRecord | undefined;
function toRecord(entry: Entry | undefined): StoredRecord | undefined {
  if (entry === undefined) return undefined;
  const { expiresAt: _, uses: __, ...record } = entry;
  return record;
}
