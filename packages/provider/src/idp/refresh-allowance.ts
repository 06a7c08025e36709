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
  let countedAt = Date.now();
  const count = () => {
    const now = Date.now();
    // Time that a clock was set back by counts as any other: else it would put off every refresh.
    credit = Math.min(credit + Math.abs(now - countedAt), atWill * interval);
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
