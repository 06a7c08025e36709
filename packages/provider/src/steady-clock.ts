/**
 * The clock of caches, as `lru-cache` takes it: the system's, which goes on while a machine sleeps. Time that it was
 * set back by counts as any other: else what is remembered would stay for that much longer, verdicts among it.
 */
export function steadyClock() {
  let seenAt = Date.now();
  let counted = seenAt;
  const now = () => {
    const time = Date.now();
    counted += Math.abs(time - seenAt);
    seenAt = time;
    return counted;
  };
  return { perf: { now }, ttlResolution: 0 };
}
