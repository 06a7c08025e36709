import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeRedis, startRedis } from '@mcp-whoami/testkit/redis';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { createSealedStore, openStore, type Store } from '../src/index.ts';
import { collect } from './collect.ts';
import { raceProcesses } from './race-processes.ts';
import { describeStore } from './store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

const secret = 'the secret of the tests, 32 bytes or more';
const newSecret = 'another secret of the tests, as long as it';
const key = { kind: 'grant', id: 'planted-id' };
const planted = { ...key, value: 'planted-value', group: 'planted-group', owner: 'planted-owner' };

const openSealed = async (url: string, secrets: readonly string[] = [secret]) =>
  createSealedStore(await openStore(url), secrets);

describeStore('sealed, over sqlite:', {
  shared: true,
  storage: async () => {
    const folder = await temporaryFolder();
    return { ...folder, open: () => openSealed(`sqlite:${folder.path}/store.db`) };
  },
});

/** Writes, reads and deletes what is planted, all that a store can do with it. */
const usePlanted = async (store: Store) => {
  await store.put(planted);
  await store.insert({ ...planted, id: 'planted-id 2', lifetime: 600 });
  await store.put({ ...planted, id: 'planted-id 3', group: 'planted-group 3' });
  await store.use(key, 60);
  await store.replace(key, 'planted-value', 'planted-value 2');
  await store.deleteGroup('planted-group 3');
  expect(await store.list('planted-owner')).toHaveLength(2);
};

/** What would give the planted texts away, also encoded. */
const traces = [
  'planted-',
  Buffer.from('planted-').toString('hex'),
  Buffer.from('planted-').toString('base64url').slice(0, -1),
];
const expectNoTrace = (dump: Buffer) => {
  expect(dump.length).toBeGreaterThan(500);
  for (const trace of traces) expect(dump.includes(trace)).toBe(false);
};

const readFolder = async (folder: string) => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name)));
  return Buffer.concat(await Promise.all(contents));
};

describe('at rest', () => {
  it('nothing can be read in the SQLite file and what is beside it', async () => {
    await using folder = await temporaryFolder();
    const url = `sqlite:${folder.path}/store.db`;
    {
      await using open = await openStore(url);
      await usePlanted(open);
      expect((await readFolder(folder.path)).includes('planted-value')).toBe(true);
    }
    await using sealedFolder = await temporaryFolder();
    await using store = await openSealed(`sqlite:${sealedFolder.path}/store.db`);
    await usePlanted(store);
    expect(await readdir(sealedFolder.path)).toContain('store.db-wal');
    expectNoTrace(await readFolder(sealedFolder.path));
    await store[Symbol.asyncDispose]();
    expectNoTrace(await readFolder(sealedFolder.path));
  });

  describeRedis('of Redis', () => {
    it('nothing can be read in its keys and values, nor in the append-only file', async () => {
      await using server = await startRedis();
      const dump = async (url: string) => {
        const redis = new Redis(url);
        const keys = await redis.keys('*');
        const values = keys.map((name) =>
          redis.hgetall(name).catch(() => redis.zrangebyscore(name, '-inf', '+inf')),
        );
        const texts = JSON.stringify([keys, await Promise.all(values)]);
        redis.disconnect();
        return Buffer.from(texts);
      };
      const url = server.freshUrl();
      await using store = await openSealed(url);
      await usePlanted(store);
      expectNoTrace(await dump(url));
      expectNoTrace(await readFolder(server.folder));

      const openUrl = server.freshUrl();
      await using open = await openStore(openUrl);
      await usePlanted(open);
      for (const written of [await dump(openUrl), await readFolder(server.folder)])
        for (const text of ['value 2', 'id 2', 'group', 'owner']) expect(written.includes(text)).toBe(true);
    });

    it('two processes that start at once on an empty store share its keys', async () => {
      await using server = await startRedis();
      const url = server.freshUrl();
      await raceProcesses(() => openSealed(url), url, secret);
    });
  });

  it('two processes that start at once on an empty file share its keys', async () => {
    await using folder = await temporaryFolder();
    const url = `sqlite:${folder.path}/store.db`;
    await raceProcesses(() => openSealed(url), url, secret);
  });

  it('a value is bound to its record: put elsewhere, it is as if it were not there', async () => {
    await using raw = await openStore('memory:');
    const store = await createSealedStore(raw, [secret]);
    await store.put(planted);
    await store.put({ kind: 'grant', id: 'victim', value: 'theirs' });
    const sealed = await collect(raw.records());
    const mine = sealed.find(({ owner }) => owner !== undefined);
    const theirs = sealed.find(({ kind, owner }) => kind === 'grant' && owner === undefined);
    if (!mine || !theirs) throw new Error('Both are stored.');
    await raw.put({ ...theirs, value: mine.value });
    await raw.put({ kind: 'grant', id: 'garbage', value: 'x' });
    expect(await store.get({ kind: 'grant', id: 'victim' })).toBeUndefined();
    expect(await collect(store.records())).toEqual([planted]);
    expect(await store.reseal()).toEqual({ resealed: 0, unreadable: 2 });
  });
});

describe('a rotation of the secret', () => {
  it('signs nobody out, and after it the old secret opens nothing', async () => {
    await using raw = await openStore('memory:');
    const before = await createSealedStore(raw, [secret]);
    await before.put(planted);
    await before.put({ kind: 'code', id: 'c', value: 'used', lifetime: 60 });
    await before.use({ kind: 'code', id: 'c' });

    const during = await createSealedStore(raw, [newSecret, secret]);
    expect(await during.get(key)).toEqual(planted);
    expect(await during.insert(planted)).toBe(false);
    await during.put({ kind: 'client', id: 'new', value: 'new' });
    expect(await during.reseal()).toEqual({ resealed: 2, unreadable: 0 });
    expect(await during.reseal()).toEqual({ resealed: 0, unreadable: 0 });

    const after = await createSealedStore(raw, [newSecret]);
    expect(await after.list('planted-owner')).toEqual([planted]);
    expect(await after.use({ kind: 'code', id: 'c' })).toBe('reused');
    await after.deleteGroup('planted-group');
    expect(await after.get(key)).toBeUndefined();
    await expect(createSealedStore(raw, [secret])).rejects.toThrow('not sealed with');
  });

  it('holds locks and conditional writes between those that have the new secret and those that do not yet', async () => {
    await using raw = await openStore('memory:');
    const old = await createSealedStore(raw, [secret]);
    const renewed = await createSealedStore(raw, [newSecret, secret]);
    expect(await old.insert(planted)).toBe(true);
    expect(await renewed.insert(planted)).toBe(false);
    expect([await old.use(key), await renewed.use(key)]).toEqual(['first', 'reused']);
    expect(await renewed.delete(key, 'planted-value')).toBe(true);
  });

  it('is not over before all is sealed anew: without the old secret the store does not open', async () => {
    await using raw = await openStore('memory:');
    await (await createSealedStore(raw, [secret])).put(planted);
    await (await createSealedStore(raw, [newSecret, secret])).put({ ...planted, id: 'other' });
    await expect(createSealedStore(raw, [newSecret])).rejects.toThrow(
      /secret of the store .* not sealed with\n {2}expected: .+ alone or after a new one/,
    );
  });

  it('loses no write that is made meanwhile', async () => {
    await using raw = await openStore('memory:');
    const before = await createSealedStore(raw, [secret]);
    await before.put(planted);
    const racing: Store = {
      ...raw,
      replace: async (...args) => {
        await before.put({ ...planted, value: 'written meanwhile' });
        return raw.replace(...args);
      },
    };
    const during = await createSealedStore(racing, [newSecret, secret]);
    expect(await during.reseal()).toEqual({ resealed: 0, unreadable: 0 });
    expect(await during.get(key)).toMatchObject({ value: 'written meanwhile' });
  });

  it.each([{ secrets: [] }, { secrets: ['short'] }, { secrets: [secret, 'x'.repeat(31)] }])(
    'refuses secrets that are too short: $secrets',
    async ({ secrets }) => {
      await using raw = await openStore('memory:');
      const opening = createSealedStore(raw, secrets);
      await expect(opening).rejects.toMatchObject({
        code: 'store_configuration_invalid',
        problem: { setting: 'secret', expected: 'at least 32 random bytes' },
      });
      await expect(opening).rejects.not.toThrow(/short|xxx/);
    },
  );
});
