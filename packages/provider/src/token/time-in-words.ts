/** Seconds that a unit takes, from the largest. */
const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** From this on a length of time is no one's token, but a number in another unit, in seconds. */
const TOO_LONG_SECONDS = 100 * 365 * 86_400;

/** Up to here a length of time is told in seconds alone. */
const MAX_PLAIN_SECONDS = 120;

/** A length of time in its two largest units: `3 min 12 s`. */
export function inWords(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds >= TOO_LONG_SECONDS) return 'more than 100 years';
  let rest = Math.round(seconds);
  if (rest < 1) return 'less than 1 s';
  if (rest < MAX_PLAIN_SECONDS) return `${rest} s`;
  const first = units.findIndex(([, length]) => rest >= length);
  const parts: string[] = [];
  for (const [name, length] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}

/** The times of a token that are judged, in seconds since the epoch. */
export interface TokenTimes {
  exp?: number | undefined;
  iat?: number | undefined;
}

/** A token that was issued within this time is fresh: that it has expired is then its lifetime's doing, in seconds. */
const FRESH_SECONDS = 600;

/**
 * That a token has expired, for who would otherwise subtract epochs.
 *
 * @param now seconds since the epoch.
 */
export function describeExpiry({ exp = 0, iat }: TokenTimes, now: number): string {
  const passed = `\`exp\` passed ${inWords(now - exp)} ago by this server’s clock`;
  if (iat === undefined || iat > now) return passed;
  const lifetime = exp - iat;
  if (lifetime <= 0) return `${passed}, and is not after its \`iat\`: it was issued as expired`;
  const fresh =
    now - iat <= FRESH_SECONDS
      ? ': a short lifetime, or the clocks of the identity provider and this server differ'
      : '';
  return `${passed}; it was issued ${inWords(now - iat)} ago with a lifetime of ${inWords(lifetime)}${fresh}`;
}

/** That a time of a token has not come yet. Milliseconds, which some take for the unit, are told as such. */
export function describeFuture(
  claim: 'nbf' | 'iat',
  time: number,
  now: number,
): { finding: string; mend?: string } {
  const ahead = time - now;
  if (ahead < TOO_LONG_SECONDS) {
    return {
      finding: `\`${claim}\` is ${inWords(ahead)} in the future by this server’s clock: check both clocks, the identity provider’s and this machine’s`,
    };
  }
  const finding = `\`${claim}\` is more than 100 years in the future`;
  if (Math.abs(time / 1000 - now) >= TOO_LONG_SECONDS) return { finding };
  return {
    finding: `${finding}: it is in milliseconds`,
    mend: `Have whatever sets \`${claim}\` at the IdP give it in seconds since 1970 (RFC 7519 section 2)`,
  };
}
