import { LRUCache } from 'lru-cache';
import { steadyClock } from '../steady-clock.ts';
import type { Caller } from '../token/access-token-info.ts';
import { networksOf } from './networks.ts';
import { createRefreshAllowance } from './refresh-allowance.ts';

/** How many refreshes there are at will for everybody, and how many more for callers who have had none of late. */
const AT_WILL = 10;
const RESERVED = 5;
/** How long a caller has had one of late, in milliseconds, and how many callers that is known of. */
const LATELY_MS = 60_000;
const MAX_CALLERS = 10_000;

/** The refreshes that tokens may cause, so that one caller cannot use up those of the others. */
export interface RefreshShares {
  /** Takes one, if there is one. Those whom no caller asked for, as keys age, may have any. */
  take(caller?: Caller): boolean;
  /** Milliseconds until there is one for everybody. */
  wait(): number;
}

/** @param interval milliseconds in which one comes back. */
export function createRefreshShares(interval: number): RefreshShares {
  const ofAll = createRefreshAllowance(AT_WILL, interval);
  const reserve = createRefreshAllowance(RESERVED, interval);
  const lately = new LRUCache<string, true>({ ...steadyClock, max: MAX_CALLERS, ttl: LATELY_MS });
  return {
    take: (caller) => {
      // By the widest network: a site has any number of narrow ones.
      const name = caller === undefined ? undefined : networksOf(caller).at(-1);
      const first = name === undefined || !lately.has(name);
      const taken = ofAll.take() || (first && reserve.take());
      if (taken && name !== undefined) lately.set(name, true);
      return taken;
    },
    wait: ofAll.wait,
  };
}
