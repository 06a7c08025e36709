import { join } from 'node:path';
import { inspect } from 'node:util';
import { runProgram } from '@mcp-whoami/testkit';
import { describeRedis, startRedis } from '@mcp-whoami/testkit/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../src/index.ts';
import { raceProcesses } from './race-processes.ts';
import { describeStore } from './store-contract.ts';

describeRedis('with a real Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  describeStore('redis:', {
    shared: true,
    storage: async () => {
      const url = redis.freshUrl();
      return { open: () => openStore(url), [Symbol.asyncDispose]: async () => {} };
    },
  });

  it('gives each record to one of two processes that start at once', async () => {
    const url = redis.freshUrl();
    await raceProcesses(() => openStore(url), url);
  });

  it('leaves nothing behind when all has ended, been deleted or been taken', async () => {
    const url = redis.freshUrl();
    await using store = await openStore(url);
    const record = { kind: 'token', value: 'v', group: 'g', owner: 'o' };
    await store.put({ ...record, id: '1', lifetime: 0.05 });
    await store.put({ ...record, id: '2', lifetime: 0.1 });
    await store.put({ ...record, id: '3', group: 'g3' });
    await store.deleteGroup('g3');
    await store.put({ ...record, id: '4', group: 'g4' });
    await store.take({ kind: 'token', id: '4' });
    await using client = dispose(new Redis(url));
    await expect.poll(() => client.redis.keys('*'), { timeout: 5_000 }).toEqual([]);
  });

  it('drops from an index what has ended, while others of it live', async () => {
    const url = redis.freshUrl();
    await using store = await openStore(url);
    const record = { kind: 'token', value: 'v', group: 'g' };
    await store.put({ ...record, id: '1', lifetime: 0.01 });
    await expect.poll(() => store.get({ kind: 'token', id: '1' })).toBeUndefined();
    await store.put({ ...record, id: '2' });
    await using client = dispose(new Redis(url));
    expect(await client.redis.zcard('{mcp-whoami}:group:g')).toBe(1);
  });

  it('says at the start that nothing answers, or that the settings are wrong', async () => {
    const { port } = redis;
    const wrong = async (url: string) => {
      const error = await openStore(url).catch((reason: unknown) => reason);
      expect(inspect(error, { depth: 9 })).not.toContain('secret');
      return error instanceof Error ? { ...error, message: error.message } : undefined;
    };
    await using silent = await startRedis();
    await silent.signal('SIGSTOP');
    expect(await wrong(`redis://:secret@127.0.0.1:${silent.port}`)).toMatchObject({
      code: 'store_unavailable',
      logMessage: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+: /),
    });
    await using closed = await startRedis();
    await closed.kill();
    expect(await wrong(`redis://127.0.0.1:${closed.port}`)).toMatchObject({
      logMessage: expect.stringContaining('ECONNREFUSED'),
    });
    await using guarded = await startRedis('--requirepass', 'right');
    for (const login of [':secret@', '']) {
      const error = await wrong(`redis://${login}127.0.0.1:${guarded.port}`);
      expect(error).toMatchObject({ code: 'store_configuration_invalid' });
      expect(error?.message).toMatch(/WRONGPASS|NOAUTH/);
    }
    await using store = await openStore(`redis://default:right@127.0.0.1:${guarded.port}`);
    expect(await store.get({ kind: 'a', id: 'b' })).toBeUndefined();
    expect((await wrong(`redis://127.0.0.1:${port}/4000`))?.message).toMatch(/DB index is out of range/);
  });

  it('has after kill -9 all that a write had resolved of, and finds the server again by itself', async () => {
    await using own = await startRedis();
    await using store = await openStore(own.freshUrl());
    await store.put({ kind: 'code', id: 'c', value: 'kept', group: 'g', lifetime: 600 });
    await store.use({ kind: 'code', id: 'c' });
    await own.restart();
    const found = () => store.get({ kind: 'code', id: 'c' }).catch(() => undefined);
    await expect.poll(found, { timeout: 10_000 }).toMatchObject({ value: 'kept' });
    expect(await store.use({ kind: 'code', id: 'c' })).toBe('reused');
  });

  it('does not send again what had no answer: it may have been done', async () => {
    await using own = await startRedis();
    await using store = await openStore(own.freshUrl());
    await store.put({ kind: 'code', id: 'c', value: 'v' });
    await own.signal('SIGSTOP');
    const unanswered = store.use({ kind: 'code', id: 'c' }).catch(inspect);
    await own.restart();
    expect(await unanswered).toMatch(
      /StoreUnavailableError: The store cannot .*: (the connection has ended|read ECONNRESET)'/s,
    );
    expect(await unanswered).not.toContain('code:c');
    const works = () => store.get({ kind: 'code', id: 'c' }).catch(() => undefined);
    await expect.poll(works, { timeout: 10_000 }).toBeDefined();
    expect(await store.use({ kind: 'code', id: 'c' })).toBe('first');
  });

  it('fails soon when the server hangs or has gone, and prints nothing', async () => {
    await using own = await startRedis();
    const url = own.freshUrl();
    await using observer = await openStore(url);
    await observer.put({ kind: 'code', id: 'c', value: 'v' });
    const worker = join(import.meta.dirname, 'outage-worker.ts');
    await using program = await runProgram(process.execPath, [worker, url], { ready: /opened/ });

    await own.signal('SIGSTOP');
    await expect
      .poll(program.output, { timeout: 10_000 })
      .toMatch(/hung: store_unavailable \(.*: Command timed out\) in [12]\d{3} ms/);
    await own.signal('SIGCONT');
    await expect.poll(program.output, { timeout: 10_000 }).toMatch(/works again/);
    await own.kill();
    await expect
      .poll(program.output, { timeout: 10_000 })
      .toMatch(/gone: store_unavailable \(.*: (the connection has ended|.*ECONN.*)\) in \d{1,3} ms/);
    expect(program.output().split('\n')).toHaveLength(5);
  });
});

const dispose = (redis: Redis) => ({ redis, [Symbol.asyncDispose]: async () => redis.disconnect() });
