import { chmod, open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { hasCode, StoreConfigurationError, StoreUnavailableError } from '../errors.ts';

/** How long one process waits for the write of another, in ms. */
const BUSY_TIMEOUT_MS = 2_000;
/** How long it sleeps between two tries where SQLite does not wait by itself, in ms. */
const RETRY_INTERVAL_MS = 20;
/** Its owner alone reads and writes the file. */
const OWNER_ONLY = 0o600;
/** Says in the file whose it is (https://sqlite.org/pragma.html#pragma_application_id): "mcpw". */
const APPLICATION_ID = 0x6d637077;
/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    group_name TEXT,
    owner TEXT,
    expires_at REAL NOT NULL,
    used_at REAL,
    uses INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS records_by_group ON records (group_name) WHERE group_name IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_by_owner ON records (owner) WHERE owner IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at);
  PRAGMA application_id = ${APPLICATION_ID};`;

const isBusy = (error: unknown) =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

/** Opens the file of a store for its owner alone, and makes it if there is none. */
export const openDatabase = async (file: string): Promise<DatabaseSync> => {
  const fail = (found: string, expected: string, cause?: unknown): never => {
    const problem = { setting: 'url', found: `sqlite:${file}: ${found}`, expected } as const;
    throw new StoreConfigurationError({ ...problem, example: 'sqlite:./store.db' }, cause);
  };

  try {
    await keepForOwner(file);
  } catch (error) {
    fail(
      String(error),
      'a file in a folder that exists, which this process may read, write and chmod',
      error,
    );
  }
  const database = new DatabaseSync(file);
  try {
    await untilNotBusy(() =>
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL`),
    );
    database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    const tables = database.prepare('SELECT name FROM sqlite_schema').all();
    const id = database.prepare('PRAGMA application_id').get()?.application_id;
    if (tables.length > 0 && id !== APPLICATION_ID)
      fail('is another program’s database', 'a file that this store has made, or a new one');
    database.exec(`${schema} COMMIT`);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof StoreConfigurationError) throw error;
    if (isBusy(error)) throw new StoreUnavailableError(`sqlite:${file}: ${String(error)}`, error);
    return fail(String(error), 'a file that this store has made, or a new one, on a local disk', error);
  }
};

/** SQLite gives the files beside it, -wal and -shm, the mode of the first (https://sqlite.org/wal.html). */
const keepForOwner = async (file: string) => {
  await (await open(file, 'a', OWNER_ONLY)).close();
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    await chmod(path, OWNER_ONLY).catch((error: unknown) => {
      if (path === file || !hasCode(error, 'ENOENT')) throw error;
    });
  }
};

/** The change to WAL does not always heed `busy_timeout`: of processes that start at once, some are refused. */
const untilNotBusy = async (action: () => void) => {
  for (let waited = 0; ; waited += RETRY_INTERVAL_MS) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || waited >= BUSY_TIMEOUT_MS) throw error;
      await setTimeout(RETRY_INTERVAL_MS);
    }
  }
};
