let seenAt = Date.now();
let counted = seenAt;

/**
 * Milliseconds by the system's clock, which goes on while a machine sleeps, for what is measured between two calls.
 * Time that it was set back by counts like time that passed: otherwise what is remembered would stay, and what is put
 * off would wait, for that much longer.
 */
export function steadyNow(): number {
  const time = Date.now();
  counted += Math.abs(time - seenAt);
  seenAt = time;
  return counted;
}

/** The same clock as `lru-cache` takes it. */
export const steadyClock = { perf: { now: steadyNow }, ttlResolution: 0 };
