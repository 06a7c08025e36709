import { describe, expect, it } from 'vitest';
import { callerOf } from '../src/core/caller.ts';

const mapped = ['203.0.113.8'];
const networks = ['2001:db8:1:2', '2001:db8:1'];

describe('a caller', () => {
  it.each<[string | undefined, readonly string[]]>([
    ['203.0.113.8', mapped],
    ['203.0.113.8:4711', mapped],
    ['"203.0.113.8:4711"', mapped],
    ['::ffff:203.0.113.8', mapped],
    ['::FFFF:cb00:7108', mapped],
    ['[::ffff:203.0.113.8]:4711', mapped],
    ['2001:db8:1:2::1', networks],
    ['2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', networks],
    ['[2001:db8:1:2::1]', networks],
    ['[2001:db8:1:2::1]:443', networks],
    ['"[2001:db8:1:2::1]"', networks],
    ['"[2001:db8:1:2::1]:443"', networks],
    ['2001:db8:1:2::1%eth0', networks],
    ['[2001:db8:1:2::1%25eth0]:443', networks],
    ['2001:db8:1:3::1', ['2001:db8:1:3', '2001:db8:1']],
    ['::1', ['0:0:0:0', '0:0:0']],
    ['fe80::1%eth0', ['fe80:0:0:0', 'fe80:0:0']],
  ])('of %s is %s', (address, caller) => {
    expect(callerOf(address)).toEqual(caller);
  });

  it.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    '_gazonk:4711',
    'no address: at all',
    '1',
    '0x7f.1',
    '010.0.0.1',
    '203.0.113.256',
    '203.0.113.8:port',
    '203.0.113.8:4711:4712',
    '[203.0.113.8',
    '[2001:db8::1]:443, 192.0.2.1',
    '2001:db8::1::2',
    'a'.repeat(10_000),
  ])('of %s is the common one', (text) => {
    expect(callerOf(text)).toEqual([]);
  });
});
