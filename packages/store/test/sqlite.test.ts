import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { runProgram } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { openStore } from '../src/index.ts';
import { raceProcesses } from './race-processes.ts';
import { describeStore } from './store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

describeStore('sqlite:', {
  shared: true,
  storage: async () => {
    const folder = await temporaryFolder();
    return { ...folder, open: () => openStore(`sqlite:${folder.path}/store.db`) };
  },
});

it('gives each record to one of two processes that start at once', async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path}/store.db`;
  await raceProcesses(() => openStore(url), url);
});

it('has after kill -9 all that a write had resolved of, and no process but the owner’s may read it', async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path}/store.db`;
  const writer = join(import.meta.dirname, 'write-worker.ts');
  await using program = await runProgram(process.execPath, [writer, url], { ready: /written/ });
  await program.end('SIGKILL');

  const modes = async () => {
    const files = (await readdir(folder.path)).sort();
    const stats = await Promise.all(files.map((file) => stat(join(folder.path, file))));
    return files.map((file, index) => `${file} ${((stats[index]?.mode ?? 0) & 0o777).toString(8)}`);
  };
  expect(await modes()).toEqual(['store.db 600', 'store.db-shm 600', 'store.db-wal 600']);
  for (const file of await readdir(folder.path)) await chmod(join(folder.path, file), 0o644);

  await using store = await openStore(url);
  expect(await modes()).toEqual(['store.db 600', 'store.db-shm 600', 'store.db-wal 600']);
  expect(await store.list('o')).toMatchObject([{ kind: 'grant', id: 'g', value: 'kept' }]);
  expect(await store.use({ kind: 'code', id: 'c' })).toBe('reused');
});

it('deletes from the file what has ended', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'store.db');
  {
    await using store = await openStore(`sqlite:${file}`);
    for (const id of ['1', '2']) await store.put({ kind: 'state', id, value: '', lifetime: 0 });
  }
  await using store = await openStore(`sqlite:${file}`);
  await store.insert({ kind: 'state', id: '3', value: '' });
  using database = new DatabaseSync(file, { readOnly: true });
  expect(database.prepare('SELECT id FROM records').all()).toEqual([{ id: '3' }]);
});

it('refuses what is not a file of a store, says why, and leaves it as it was', async () => {
  await using folder = await temporaryFolder();
  const other = join(folder.path, 'other.db');
  using database = new DatabaseSync(other);
  database.exec('CREATE TABLE theirs (id)');
  const text = join(folder.path, 'text');
  await writeFile(text, 'a text, long enough to be no header of a database'.repeat(20));
  const refusal = async (file: string) => {
    const error = await openStore(`sqlite:${file}`).catch((reason: unknown) => reason);
    return error instanceof Error ? error.message : '';
  };
  expect(await refusal(other)).toMatch(
    /other\.db: is another program’s database\n {2}expected: .+\n {2}example: /,
  );
  expect(await refusal(text)).toMatch(/text: .*not a database/);
  expect(await refusal(join(folder.path, 'no/store.db'))).toMatch(
    /no\/store\.db: .*ENOENT.*\n.*folder that exists/,
  );
  expect(await refusal(folder.path)).toMatch(/EISDIR/);
  expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }]);
});

it('waits for another process that makes the file at the same moment', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'store.db');
  using database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  const opening = openStore(`sqlite:${file}`);
  await setTimeout(100); // in which it would fail
  database.exec('ROLLBACK');
  await using store = await opening;
  await store.put({ kind: 'code', id: 'c', value: 'v' });
});

it('is unavailable, not undefined, while another process keeps it', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'store.db');
  await using store = await openStore(`sqlite:${file}`);
  using database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  const write = store.put({ kind: 'code', id: 'c', value: 'v' });
  await expect(write).rejects.toMatchObject({ code: 'store_unavailable', status: 503, logMessage: /locked/ });
  database.exec('COMMIT');
  await store.put({ kind: 'code', id: 'c', value: 'v' });
});
