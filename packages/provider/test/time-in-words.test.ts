import { describe, expect, it } from 'vitest';
import { describeExpiry, describeFuture, inWords } from '../src/token/time-in-words.ts';

const now = 1_800_000_000;

it.each([
  [0.2, 'less than 1 s'],
  [1, '1 s'],
  [59.6, '60 s'],
  [120, '2 min'],
  [192, '3 min 12 s'],
  [3_600, '1 h'],
  [3_601, '1 h'],
  [7_500, '2 h 5 min'],
  [90_000, '1 d 1 h'],
  [1e300, 'more than 100 years'],
  [Number.POSITIVE_INFINITY, 'more than 100 years'],
])('%d seconds are %s', (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});

describe('an expiry', () => {
  it.each([
    [{ exp: now - 192 }, '`exp` passed 3 min 12 s ago by this server’s clock'],
    [
      { exp: now - 60, iat: now - 120 },
      'issued 2 min ago with a lifetime of 60 s: a short lifetime, or the clocks',
    ],
    [{ exp: now - 60, iat: now - 3_660 }, 'issued 1 h 1 min ago with a lifetime of 1 h'],
    [{ exp: now - 60, iat: now - 30 }, 'is not after its `iat`'],
  ])('%o: %s', (times, says) => {
    expect(describeExpiry(times, now)).toContain(says);
  });
});

describe('a time in the future', () => {
  it('says by how much, and names both clocks', () => {
    expect(describeFuture('nbf', now + 60, now).finding).toBe(
      '`nbf` is 60 s in the future by this server’s clock: check both clocks, the identity provider’s and this machine’s',
    );
  });

  it('is known as milliseconds', () => {
    expect(describeFuture('iat', now * 1000, now).finding).toContain('it is in milliseconds');
    expect(describeFuture('iat', 1e300, now).finding).not.toContain('milliseconds');
  });
});
