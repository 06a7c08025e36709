import { Redis } from 'ioredis';
import { StoreConfigurationError, StoreUnavailableError } from '../errors.ts';
import type { RedisServer } from '../store-url.ts';

/** How long a connection, and then an answer, may take, in ms. */
const TIMEOUT_MS = 2_000;
/** The longest that it waits before it tries to connect again, in ms. */
const MAX_RECONNECT_DELAY_MS = 2_000;
/** What Redis says of settings that no waiting mends (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
const wrongSettings = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|DB index|invalid DB|unknown command|SELECT))/;

/**
 * Connects, and connects again whenever the connection ends. A command that had no answer by then fails: it may have
 * been executed, and a second execution would be a second use.
 */
export const connectRedis = async ({ host, port, tls, username, password, database, shown }: RedisServer) => {
  const redis = new Redis({
    ...{ host, port, db: database },
    ...(tls && { tls: {} }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(times * 50, MAX_RECONNECT_DELAY_MS),
    // A former primary: behind its name there may be another by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  // Without a listener ioredis prints a stack. Whoever asks the store hears of it.
  let lastError: Error | undefined;
  redis.on('connecting', () => {
    lastError = undefined;
  });
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  // A text, never the error as a cause: ioredis hangs the command on it, with the password or what was to be written.
  const explain = (error: unknown): string => {
    if (!(error instanceof Error)) return `${shown}: ${String(error)}`;
    const hasEnded = error.name === 'MaxRetriesPerRequestError' || error.message === 'Connection is closed.';
    const reason = hasEnded ? lastError : error;
    return `${shown}: ${reason ? reason.message || String(reason) : 'the connection has ended'}`;
  };

  try {
    await redis.connect();
    await redis.eval("return redis.call('TIME')", 0);
    // ioredis stays in database 0 where it cannot have the one it was told, and only emits that.
    if (lastError !== undefined) throw lastError;
    return { redis, explain };
  } catch (error) {
    redis.disconnect();
    const found = explain(error);
    if (!wrongSettings.test(found.slice(`${shown}: `.length))) throw new StoreUnavailableError(found);
    const expected =
      'a user, a password and a database that the server accepts, with the right to use scripts';
    const example = 'redis://:<password>@localhost:6379/0';
    throw new StoreConfigurationError({ setting: 'url', found, expected, example });
  }
};
