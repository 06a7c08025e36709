import { describe, expect, it } from 'vitest';
import { printable, quote } from '../src/printable.ts';

describe('a text from outside, for a log line', () => {
  it.each([
    ['controls', 'a\u0000\u0007\u001b[31m\r\nb', 'a\\u0000\\u0007\\u001b[31m\\u000d\\u000ab'],
    ['controls of 8 bits', 'a\u007f\u0085\u009bb', 'a\\u007f\\u0085\\u009bb'],
    ['bidi', '\u202egnp.exe\u2066\u061c\u200f', '\\u202egnp.exe\\u2066\\u061c\\u200f'],
    ['what is not seen', 'a\u200b\ufeff\u{e0041}b', 'a\\u200b\\ufeff\\udb40\\udc41b'],
    ['other line ends', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['half a character', 'a\ud83d', 'a\\ud83d'],
    ['letters of any script', 'Ada Lövelace 艾达 🎉', 'Ada Lövelace 艾达 🎉'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text, 300)).toBe(shown);
  });

  it('is cut, not inside a character', () => {
    expect(printable('abcdef', 3)).toBe('abc…');
    expect(printable('abc', 3)).toBe('abc');
    expect(printable('ab🎉', 3)).toBe('ab\\ud83c…');
  });

  it('is quoted, whatever its type', () => {
    expect(quote('a"\u202e\n')).toBe('"a\\"\\u202e\\n"');
    expect(quote(undefined)).toBe('none');
    expect(quote({ a: ['x'.repeat(1_000)] })).toBe(`{"a":["${'x'.repeat(293)}…`);
  });
});
