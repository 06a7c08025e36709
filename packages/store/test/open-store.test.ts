import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { openStore } from '../src/index.ts';
import { parseStoreUrl } from '../src/store-url.ts';
import { temporaryFolder } from './temporary-folder.ts';

it.each([
  ['', 'a text without a scheme'],
  ['./store.db', 'a text without a scheme'],
  ['localhost:6379', 'localhost:…'],
  ['postgres://user:hunter2@host/db', 'postgres:…'],
  ['MEMORY:', 'MEMORY:…'],
  ['memory:hunter2', 'memory:…'],
  ['sqlite:', 'sqlite:'],
  ['sqlite::memory:', 'sqlite::memory:'],
  ['sqlite:file:store.db', 'sqlite:file:store.db'],
  ['sqlite://folder/store.db', 'sqlite://folder/store.db'],
  ['sqlite:store.db?mode=ro', 'sqlite:store.db?mode=ro'],
  ['redis:', 'redis:…, which has no host'],
  ['redis://', 'redis:…, which has no host'],
  ['redis://:hunter2/x@host', 'redis:…, which is not a URL'],
  ['redis://user:12/hunter2@host', 'redis:…, whose database is not a number'],
  ['redis://user:12#hunter2@host', 'redis:…, which has a ? or #'],
  ['redis://:hunter2@host/0?family=6', 'redis:…, which has a ? or #'],
  ['redis://:hunter2%@host', 'redis:…, which has a % that encodes nothing'],
  ['rediss://host/one', 'rediss:…, whose database is not a number'],
])('refuses %s as the URL of a store', async (url, found) => {
  const error = await openStore(url).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'store_configuration_invalid', problem: { setting: 'url', found } });
  const { message } = error instanceof Error ? error : { message: '' };
  expect(message).toMatch(/^The url of the store does not work: .*\n {2}expected: .+\n {2}example: {2}.+$/);
  expect(message).not.toContain('hunter2');
  const { example } = error instanceof Object && 'problem' in error ? Object(error.problem) : {};
  expect(() => parseStoreUrl(example)).not.toThrow();
});

it.each([
  ['sqlite:store.db', { driver: 'sqlite', file: 'store.db' }],
  ['sqlite:/var/store.db', { driver: 'sqlite', file: '/var/store.db' }],
  ['sqlite:///var/store.db', { driver: 'sqlite', file: '/var/store.db' }],
  [
    'rediss://us%40er:p%2Fw@[::1]/2',
    {
      driver: 'redis',
      server: {
        ...{ host: '::1', port: 6379, tls: true, username: 'us@er', password: 'p/w', database: 2 },
        shown: 'rediss://[::1]/2',
      },
    },
  ],
])('reads %s', (url, location) => {
  expect(parseStoreUrl(url)).toEqual(location);
});

it.each([
  ['memory:', ['lru-cache']],
  ['sqlite:store.db', ['node:sqlite']],
  ['redis://127.0.0.1:1', ['ioredis']],
])('loads for %s only its driver', async (url, expected) => {
  await using folder = await temporaryFolder();
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve: (name, context, next) => { loaded.add(name); return next(name, context); } });
    const { openStore, isStoreUnavailable } = await import(${JSON.stringify(import.meta.resolve('@mcp-whoami/store'))});
    process.chdir(${JSON.stringify(folder.path)});
    try {
      await using store = await openStore(${JSON.stringify(url)});
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
    }
    const drivers = ['lru-cache', 'node:sqlite', 'ioredis'].filter((name) => loaded.has(name));
    process.stdout.write(JSON.stringify(drivers));`;
  const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options);
  expect({ stdout, stderr }).toEqual({ stdout: JSON.stringify(expected), stderr: '' });
});

it('says so where Node has no SQLite', () => {
  const program = `
    import { openStore } from '@mcp-whoami/store';
    process.stdout.write(await openStore('sqlite:store.db').catch((error) => error.message));`;
  const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const;
  const args = ['--no-experimental-sqlite', '--input-type=module', '--eval', program];
  const { stdout } = spawnSync(process.execPath, args, options);
  expect(stdout).toMatch(/sqlite:store\.db: Node v\S+ has no node:sqlite\n {2}expected: Node 24 or later/);
});
