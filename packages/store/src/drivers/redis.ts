import type { Redis } from 'ioredis';
import { z } from 'zod';
import { StoreUnavailableError } from '../errors.ts';
import type { NewRecord, RecordKey, Store, StoredRecord } from '../store.ts';
import type { RedisServer } from '../store-url.ts';
import { useOf } from '../use.ts';
import { connectRedis } from './redis-connection.ts';
import * as scripts from './redis-scripts.ts';

/** About how many keys a step of a walk looks at. */
const PAGE_LENGTH = 100;

const { RECORD_PREFIX } = scripts;

const fields = z.tuple([
  z.string(),
  z.string().nullable(),
  z.string().nullable(),
  z.coerce.number().nullable(),
]);
const uses = z.tuple([z.number(), z.number()]);
const listed = z.array(z.tuple([z.string(), fields]));

const keyOf = ({ kind, id }: RecordKey) => `${RECORD_PREFIX}${kind}:${id}`;

const parseKey = (key: string): RecordKey => {
  const colon = key.indexOf(':', RECORD_PREFIX.length);
  return { kind: key.slice(RECORD_PREFIX.length, colon), id: key.slice(colon + 1) };
};

const toRecord = (key: RecordKey, [value, group, owner, usedAt]: z.infer<typeof fields>): StoredRecord => ({
  kind: key.kind,
  id: key.id,
  value,
  group: group ?? undefined,
  owner: owner ?? undefined,
  usedAt: usedAt === null ? undefined : usedAt / 1000,
});

const toArguments = ({ value, lifetime, group, owner }: NewRecord) => [
  value,
  lifetime === undefined ? '' : Math.round(lifetime * 1000),
  ...(group === undefined ? [] : ['group', group]),
  ...(owner === undefined ? [] : ['owner', owner]),
];

/**
 * Keeps records in a Redis or Valkey of version 6.2 or later, which any number of processes may share. What it keeps of
 * a write when its machine ends is its own matter (`appendfsync`).
 */
export const openRedisStore = async (server: RedisServer): Promise<Store> => {
  const { redis, explain } = await connectRedis(server);

  const ask = async <Reply>(question: (redis: Redis) => Promise<Reply>): Promise<Reply> => {
    try {
      return await question(redis);
    } catch (error) {
      throw new StoreUnavailableError(explain(error));
    }
  };
  // EVAL compiles a script once and knows it by its text: EVALSHA would save the sending of 1 kB, and need a fallback.
  const run = (script: string, key: RecordKey | undefined, ...args: (string | number)[]) =>
    ask((asked) => asked.eval(script, key ? 1 : 0, ...(key ? [keyOf(key)] : []), ...args));
  const get = async (key: RecordKey) => {
    const found = await ask((asked) => asked.hmget(keyOf(key), 'value', 'group', 'owner', 'usedAt'));
    return found[0] === null ? undefined : toRecord(key, fields.parse(found));
  };
  const remove = async (key: RecordKey, ...was: string[]) => {
    const found = await run(scripts.deleteScript, key, ...was);
    return found === null ? undefined : toRecord(key, fields.parse(found));
  };

  return {
    get,
    put: async (record) => void (await run(scripts.writeScript, record, 'put', ...toArguments(record))),
    insert: async (record) =>
      (await run(scripts.writeScript, record, 'insert', ...toArguments(record))) === 1,
    replace: async (key, was, value) => (await run(scripts.replaceScript, key, was, value)) === 1,
    take: (key) => remove(key),
    use: async (key, grace = 0) => {
      const found = await run(scripts.useScript, key);
      if (found === null) return 'absent';
      const [count, sinceFirst] = uses.parse(found);
      return useOf({ uses: count, sinceFirst: sinceFirst / 1000 }, grace);
    },
    delete: async (key, was) => (await remove(key, ...(was === undefined ? [] : [was]))) !== undefined,
    deleteGroup: async (group) => void (await run(scripts.deleteGroupScript, undefined, group)),
    list: async (owner) =>
      listed
        .parse(await run(scripts.listScript, undefined, owner))
        .map(([key, found]) => toRecord(parseKey(key), found)),
    records: async function* () {
      let cursor = '0';
      do {
        const [next, keys] = await ask((asked) =>
          asked.scan(cursor, 'MATCH', `${RECORD_PREFIX}*`, 'COUNT', PAGE_LENGTH),
        );
        for (const record of await Promise.all(keys.map((key) => get(parseKey(key)))))
          if (record !== undefined) yield record;
        cursor = next;
      } while (cursor !== '0');
    },
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
};
