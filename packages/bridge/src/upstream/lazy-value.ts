/** Age at which a value is fetched again, in milliseconds. */
const MAX_AGE_MS = 3_600_000;
/** Age up to which it goes on to serve while it cannot be fetched again, in milliseconds. */
const MAX_STALE_MS = 24 * MAX_AGE_MS;
/** How long nothing is tried after a failure while there is one that serves, in milliseconds. */
const PAUSE_MS = 60_000;

/**
 * A value that is fetched when it is first needed, and again once it is an hour old. Who asks while it is fetched waits
 * for the same answer; a failure is not remembered, and leaves the value that there is.
 */
export function createLazyValue<Value>(fetchValue: () => Promise<Value>): () => Promise<Value> {
  let current: { value: Value; at: number } | undefined;
  let underWay: Promise<Value> | undefined;
  let pausedUntil = 0;
  const refresh = async () => {
    try {
      const value = await fetchValue();
      current = { value, at: performance.now() };
      return value;
    } finally {
      underWay = undefined;
    }
  };
  return async () => {
    const now = performance.now();
    const age = current === undefined ? Number.POSITIVE_INFINITY : now - current.at;
    if (current !== undefined && (age < MAX_AGE_MS || (age < MAX_STALE_MS && now < pausedUntil))) {
      return current.value;
    }
    underWay ??= refresh();
    try {
      return await underWay;
    } catch (error) {
      if (current === undefined || age >= MAX_STALE_MS) throw error;
      pausedUntil = performance.now() + PAUSE_MS;
      return current.value;
    }
  };
}
