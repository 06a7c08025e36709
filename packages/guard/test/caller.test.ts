import { describe, expect, it } from 'vitest';
import { callerOf } from '../src/caller.ts';

describe('a caller', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2'],
    ['2001:db8:1:3::1', '2001:db8:1:3'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['no address: at all', 'no address: at all'],
    [undefined, undefined],
  ])('of %s is %s', (address, caller) => {
    expect(callerOf(address)).toBe(caller);
  });
});
