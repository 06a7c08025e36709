import { steadyNow } from '../steady-clock.ts';

/** A number of refreshes at will, and then one in each interval. */
export interface RefreshAllowance {
  /** Takes one, if there is one. */
  take(): boolean;
  /** Milliseconds until there is one; 0 when there is. */
  wait(): number;
}

/**
 * @param atWill how many come at once after a time of rest.
 * @param interval milliseconds in which one comes back.
 */
export function createRefreshAllowance(atWill: number, interval: number): RefreshAllowance {
  /** In milliseconds, an interval for each refresh. */
  let credit = atWill * interval;
  let countedAt = steadyNow();
  const count = () => {
    const now = steadyNow();
    credit = Math.min(credit + now - countedAt, atWill * interval);
    countedAt = now;
  };
  return {
    take: () => {
      count();
      if (credit < interval) return false;
      credit -= interval;
      return true;
    },
    wait: () => {
      count();
      return Math.max(interval - credit, 0);
    },
  };
}
