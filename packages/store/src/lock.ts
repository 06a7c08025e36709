import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { StoreUnavailableError } from './errors.ts';
import type { RecordKey, Store } from './store.ts';

/** How often one who waits tries, in ms. */
const POLL_INTERVAL_MS = 25;

/**
 * Does something while nobody else does it under the same lock, in this process or another one that shares the store.
 *
 * @param key of the lock: a record that is there while it is held.
 * @param limits in seconds. `lifetime`: how long the lock is held at most, should its holder end; `wait`: how long to
 *   wait for another holder.
 * @param action gets a signal that aborts when the lock is no longer its own. Its result is kept even if the lock
 *   cannot be freed.
 * @throws a `StoreUnavailableError` when the lock was not free in time.
 * @example
 * const answer = await withLock(store, { kind: 'lock', id: grantId }, { lifetime: 30, wait: 10 }, (signal) =>
 *   fetch('https://idp.example/userinfo', { signal }),
 * );
 */
export const withLock = async <Result>(
  store: Store,
  key: RecordKey,
  { lifetime, wait }: { lifetime: number; wait: number },
  action: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const holder = randomUUID();
  const deadline = performance.now() + wait * 1000;
  while (!(await store.insert({ kind: key.kind, id: key.id, value: holder, lifetime }))) {
    if (performance.now() > deadline)
      throw new StoreUnavailableError(`a lock of kind ${key.kind} was not free within ${wait} s`);
    await setTimeout(POLL_INTERVAL_MS);
  }
  try {
    return await action(AbortSignal.timeout(lifetime * 1000));
  } finally {
    await store.delete(key, holder).catch(() => false);
  }
};
