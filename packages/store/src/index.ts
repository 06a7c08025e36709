export type { MemoryStoreOptions } from './drivers/memory.ts';
export {
  isStoreConfigurationInvalid,
  isStoreUnavailable,
  StoreConfigurationError,
  type StoreProblem,
  StoreUnavailableError,
} from './errors.ts';
export { getOrInsert } from './get-or-insert.ts';
export { withLock } from './lock.ts';
export { openStore } from './open-store.ts';
export { createSealedStore, type SealedStore } from './sealing/sealed-store.ts';
export type { NewRecord, RecordKey, Store, StoredRecord } from './store.ts';
export type { Use } from './use.ts';
