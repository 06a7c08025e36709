import type { MemoryStoreOptions } from './drivers/memory.ts';
import { hasCode, StoreConfigurationError } from './errors.ts';
import type { Store } from './store.ts';
import { parseStoreUrl } from './store-url.ts';

/**
 * Opens the store that a URL names. Only that driver's code is loaded.
 *
 * - `memory:` ends with the process, and holds so many records of a kind at most
 * - `sqlite:<file>` survives the process and may be shared by processes of one machine; the file is its owner's alone
 * - `redis://…`, `rediss://…` is a Redis or Valkey of version 6.2 or later, for any number of machines
 *
 * @param options for `memory:`.
 * @throws a `StoreConfigurationError` when the URL cannot work; a `StoreUnavailableError` when the store does not
 *   answer, and may later.
 * @example
 * await using store = await openStore('sqlite:./store.db');
 * await store.put({ kind: 'grant', id: 'a1', owner: 'github:1005', value: '{}', lifetime: 30 * 86_400 });
 * const mine = await store.list('github:1005');
 */
export const openStore = async (url: string, options: MemoryStoreOptions = {}): Promise<Store> => {
  const location = parseStoreUrl(url);
  switch (location.driver) {
    case 'memory':
      return (await import('./drivers/memory.ts')).createMemoryStore(options);
    case 'sqlite':
      return (await importSqlite(url)).openSqliteStore(location.file);
    case 'redis':
      return (await import('./drivers/redis.ts')).openRedisStore(location.server);
  }
};

const importSqlite = async (url: string) => {
  try {
    return await import('./drivers/sqlite.ts');
  } catch (error) {
    if (!hasCode(error, 'ERR_UNKNOWN_BUILTIN_MODULE')) throw error;
    const found = `${url}: Node ${process.version} has no node:sqlite`;
    const expected = 'Node 24 or later, or another store';
    throw new StoreConfigurationError({ setting: 'url', found, expected, example: 'memory:' }, error);
  }
};
