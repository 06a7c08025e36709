import { expect, it } from 'vitest';
import { printable } from '../src/browser/wire/printable.js';

it.each([
  ['what prints, as it is', 'Unbekannter Benutzer “Ömer” 😀', 'Unbekannter Benutzer “Ömer” 😀'],
  ['line ends and controls escaped', 'a\r\nb\u0000', 'a\\u000d\\u000ab\\u0000'],
  ['bidi and invisible characters escaped', 'a\u202eb\u200b', 'a\\u202eb\\u200b'],
  ['what is too long cut, between characters', '😀'.repeat(301), `${'😀'.repeat(300)}…`],
  ['what just fits whole', 'x'.repeat(300), 'x'.repeat(300)],
])('a sentence of others is shown with %s', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});
