import { expect, it } from 'vitest';
import { printable } from '../src/browser/wire/printable.js';

it.each([
  ['what prints, as it is', 'Unbekannter Benutzer “Ömer” 😀', 'Unbekannter Benutzer “Ömer” 😀'],
  ['its lines as one', ' a \r\n\tb\n', 'a b'],
  ['controls escaped', 'a\tb\u0000', 'a\\u0009b\\u0000'],
  ['bidi and invisible characters escaped', 'a\u202eb\u200b', 'a\\u202eb\\u200b'],
  ['what is too long cut, between characters', '😀'.repeat(301), `${'😀'.repeat(300)}…`],
  ['what just fits whole', 'x'.repeat(300), 'x'.repeat(300)],
])('a sentence of others is shown with %s', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});
