import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { StoreUnavailableError } from '../errors.ts';
import type { NewRecord, RecordKey, Store, StoredRecord } from '../store.ts';
import { useOf } from '../use.ts';
import { openDatabase } from './sqlite-database.ts';

/** How often records that have ended are deleted, in ms. */
const SWEEP_INTERVAL_MS = 60_000;
/** How many records a walk reads at once. */
const PAGE_LENGTH = 100;

const columns = 'kind, id, value, group_name, owner, used_at';
const isLive = 'expires_at > :now';

const write = `INSERT INTO records (kind, id, value, group_name, owner, expires_at)
  VALUES (:kind, :id, :value, :group, :owner, :expiresAt)
  ON CONFLICT (kind, id) DO UPDATE SET
    value = excluded.value, group_name = excluded.group_name, owner = excluded.owner,
    expires_at = excluded.expires_at,
    used_at = iif(records.${isLive}, used_at, NULL), uses = iif(records.${isLive}, uses, 0)`;

const recordRow = z
  .object({
    kind: z.string(),
    id: z.string(),
    value: z.string(),
    group_name: z.string().nullable(),
    owner: z.string().nullable(),
    used_at: z.number().nullable(),
  })
  .transform(
    ({ group_name, owner, used_at, ...rest }): StoredRecord => ({
      ...rest,
      group: group_name ?? undefined,
      owner: owner ?? undefined,
      usedAt: used_at === null ? undefined : used_at / 1000,
    }),
  );

const useRow = z.object({ uses: z.number(), used_at: z.number() });

const toParameters = ({ kind, id, value, lifetime, group, owner }: NewRecord, now: number) => ({
  ...{ kind, id, value, now, group: group ?? null, owner: owner ?? null },
  expiresAt: now + (lifetime ?? Number.POSITIVE_INFINITY) * 1000,
});

/**
 * Keeps records in a file, which processes of one machine may share. A write that has resolved survives the end of the
 * process and of the machine: it waits for the disk, and so does this process meanwhile.
 */
export const openSqliteStore = async (file: string): Promise<Store> => {
  const database = await openDatabase(file);
  const statements = {
    get: database.prepare(`SELECT ${columns} FROM records WHERE kind = :kind AND id = :id AND ${isLive}`),
    put: database.prepare(write),
    insert: database.prepare(`${write} WHERE records.expires_at <= :now RETURNING 1`),
    replace: database.prepare(
      `UPDATE records SET value = :value WHERE kind = :kind AND id = :id AND value = :was AND ${isLive} RETURNING 1`,
    ),
    use: database.prepare(
      `UPDATE records SET uses = uses + 1, used_at = ifnull(used_at, :now)
       WHERE kind = :kind AND id = :id AND ${isLive} RETURNING uses, used_at`,
    ),
    delete: database.prepare(
      `DELETE FROM records WHERE kind = :kind AND id = :id AND value = ifnull(:was, value) AND ${isLive}
       RETURNING ${columns}`,
    ),
    deleteGroup: database.prepare('DELETE FROM records WHERE group_name = :group'),
    list: database.prepare(`SELECT ${columns} FROM records WHERE owner = :owner AND ${isLive}`),
    page: database.prepare(
      `SELECT ${columns} FROM records WHERE (kind, id) > (:kind, :id) AND ${isLive}
       ORDER BY kind, id LIMIT ${PAGE_LENGTH}`,
    ),
    sweep: database.prepare('DELETE FROM records WHERE expires_at <= :now'),
  };
  let sweptAt = 0;

  const run = async (statement: StatementSync, parameters: Record<string, SQLInputValue>) => {
    try {
      // All rows, also where there is one at most: only then has SQLite said whether it could commit.
      return statement.all(parameters);
    } catch (error) {
      throw new StoreUnavailableError(`sqlite:${file}: ${String(error)}`, error);
    }
  };
  const writeRecord = async (statement: StatementSync, record: NewRecord) => {
    const now = Date.now();
    if (now - sweptAt > SWEEP_INTERVAL_MS) {
      sweptAt = now;
      await run(statements.sweep, { now });
    }
    return run(statement, toParameters(record, now));
  };
  const firstRecord = async (statement: StatementSync, parameters: Record<string, SQLInputValue>) =>
    recordRow.optional().parse((await run(statement, parameters))[0]);
  const at = ({ kind, id }: RecordKey) => ({ kind, id, now: Date.now() });

  return {
    get: (key) => firstRecord(statements.get, at(key)),
    put: async (record) => void (await writeRecord(statements.put, record)),
    insert: async (record) => (await writeRecord(statements.insert, record)).length > 0,
    replace: async (key, was, value) =>
      (await run(statements.replace, { ...at(key), was, value })).length > 0,
    take: (key) => firstRecord(statements.delete, { ...at(key), was: null }),
    use: async (key, grace = 0) => {
      const parameters = at(key);
      const [row] = await run(statements.use, parameters);
      if (row === undefined) return 'absent';
      const { uses, used_at } = useRow.parse(row);
      return useOf({ uses, sinceFirst: (parameters.now - used_at) / 1000 }, grace);
    },
    delete: async (key, was) =>
      (await firstRecord(statements.delete, { ...at(key), was: was ?? null })) !== undefined,
    deleteGroup: async (group) => void (await run(statements.deleteGroup, { group })),
    list: async (owner) => recordRow.array().parse(await run(statements.list, { owner, now: Date.now() })),
    records: async function* () {
      let last: RecordKey | undefined = { kind: '', id: '' };
      while (last !== undefined) {
        const page: StoredRecord[] = recordRow.array().parse(await run(statements.page, at(last)));
        yield* page;
        last = page.at(-1);
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (database.isOpen) database.close();
    },
  };
};
