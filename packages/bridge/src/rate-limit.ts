import { LRUCache } from 'lru-cache';

/** How many callers are counted at once. */
const MAX_CALLERS = 20_000;

const WINDOW_MS = 60_000;

/** Counts what callers do, in windows of a minute that begin with what each does first. */
export interface RateLimit {
  /** Counts one more. Seconds until the caller may try again, where that is more than it may. */
  exceededBy(caller: readonly string[]): number | undefined;
}

/** How many times as much a network may as one that is in it. */
const WIDER_NETWORK_FACTOR = 4;

/**
 * @param most of one caller in a minute. A caller is known by one or more names, the narrowest first (an IPv6 address
 *   by its /64 and its /48), and each of them is counted.
 */
export function createRateLimit(most: number): RateLimit {
  const counts = new LRUCache<string, { count: number }>({
    max: MAX_CALLERS,
    ttl: WINDOW_MS,
    ttlResolution: 0,
  });
  return {
    exceededBy: (caller) => {
      const names = caller.length === 0 ? [''] : caller;
      const waits = names.flatMap((name, width) => {
        const counted = counts.get(name);
        if (counted === undefined) {
          counts.set(name, { count: 1 });
          return [];
        }
        counted.count += 1;
        return counted.count > most * WIDER_NETWORK_FACTOR ** width
          ? [Math.ceil(counts.getRemainingTTL(name) / 1000)]
          : [];
      });
      return waits.length === 0 ? undefined : Math.max(1, ...waits);
    },
  };
}
