import type { Use } from './use.ts';

/** Names a record. The ids of one kind have nothing to do with those of another. */
export interface RecordKey {
  /** A word without a colon, such as `grant`. It is stored as it stands. */
  kind: string;
  /** Any text. */
  id: string;
}

export interface NewRecord extends RecordKey {
  value: string;
  /** Seconds, also fractions, after which the record is gone. Without it the record stays. */
  lifetime?: number | undefined;
  /** What it is deleted together with, such as the grant that a token belongs to. */
  group?: string | undefined;
  /** Whose it is, such as the subject of a grant. */
  owner?: string | undefined;
}

export interface StoredRecord extends RecordKey {
  value: string;
  group?: string | undefined;
  owner?: string | undefined;
  /** When it was first used: a NumericDate (RFC 7519 §2), by the clock of the store. */
  usedAt?: number | undefined;
}

/**
 * Records by kind and id. Each operation is atomic, also between processes that share a store, and a write that has
 * resolved is kept as the driver promises. Each throws a {@link StoreUnavailableError} when the store does not answer,
 * and then a write may have been made or not. Disposing of a store closes it.
 */
export interface Store extends AsyncDisposable {
  get(key: RecordKey): Promise<StoredRecord | undefined>;
  /** Writes a record, or writes over it: also its group, owner and lifetime. One that was used stays used. */
  put(record: NewRecord): Promise<void>;
  /** Writes a record only if there is none. Of those that try at once, exactly one gets true. */
  insert(record: NewRecord): Promise<boolean>;
  /** Writes another value only if `was` is still the value. All else of the record stays. */
  replace(key: RecordKey, was: string, value: string): Promise<boolean>;
  /** Deletes a record and returns it. Of those that try at once, exactly one gets it. */
  take(key: RecordKey): Promise<StoredRecord | undefined>;
  /**
   * Counts a use of a record, and says which one it was. The record stays, so that a later use is seen.
   *
   * @param grace seconds after the first use in which a second one is permitted. 0 unless told: for what may be used
   *   once, such as an authorization code (RFC 6749 §4.1.2).
   */
  use(key: RecordKey, grace?: number): Promise<Use>;
  /** Deletes a record. With `was`, only if that is still its value. Returns whether it deleted one. */
  delete(key: RecordKey, was?: string): Promise<boolean>;
  /** Deletes all records of a group. */
  deleteGroup(group: string): Promise<void>;
  /** The records of an owner, in no order. */
  list(owner: string): Promise<StoredRecord[]>;
  /** Walks all records. One that is written meanwhile may be left out, and one may come twice. */
  records(): AsyncIterable<StoredRecord>;
}
