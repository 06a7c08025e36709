import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRedis, startRedis } from '@mcp-whoami/testkit/redis';
import { describe } from 'vitest';

/** Seals what the stores of these tests keep. */
export const secret = 'wJ3m0tV8yQ1s6Zb5uX2kNf7cR4hL9gPdEaTiOzYxWv0=';
export const otherSecret = 'Qz8yX7wV6uT5sR4qP3oN2mL1kJ0iH9gF8eD7cB6aZ5Y=';

/** An empty store that outlives a process. Disposing of it ends it. */
export type TestStore = AsyncDisposable & { url: string };

export const sqliteFile = async (): Promise<TestStore & { file: string }> => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'bridge-'));
  const file = join(folder.path, 'store.db');
  return { url: `sqlite:${file}`, file, [Symbol.asyncDispose]: () => folder.remove() };
};

export const redisServer = async () => {
  const redis = await startRedis();
  return Object.assign(redis, { url: redis.freshUrl() });
};

/** The same tests with each store that outlives a process. */
export const describeEachStore = (body: (start: () => Promise<TestStore>) => void): void => {
  describe('with SQLite', () => body(sqliteFile));
  describeRedis('with Redis', () => body(redisServer));
};
