import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BearerChallenge, formatBearerChallenge } from '../src/index.ts';
import { parseChallenge } from './parse-challenge.ts';

/** Text with many of the characters that a quoted string must escape or cannot have. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', ',', '=', '\r', '\n', '\0', '\t', '\x7f', 'é', '\ud800', 'a', ' '),
  }),
  fc.constantFrom('x", error="none', '\\', '\\"', 'a\r\nSet-Cookie: x=1', '', '日本', '😀'),
);

const anyChallenge: fc.Arbitrary<BearerChallenge> = fc.record(
  {
    error: fc.constantFrom('invalid_request', 'invalid_token', 'insufficient_scope'),
    errorDescription: anyText,
    scope: anyText,
    resourceMetadata: anyText,
  },
  { requiredKeys: [] },
);

describe('a Bearer challenge', () => {
  it('is legal, says all that went in as far as a header can, and nothing else', () => {
    const legal = (text: string | undefined) => text?.replace(/[^\x20-\x7e]/g, '?') || undefined;
    fc.assert(
      fc.property(anyChallenge, (challenge) => {
        const header = formatBearerChallenge(challenge);
        expect(() => validateHeaderValue('WWW-Authenticate', header)).not.toThrow();
        const { error, error_description, scope, resource_metadata, ...others } = parseChallenge(header);
        expect(others).toEqual({});
        expect({ error, error_description, scope, resource_metadata }).toEqual({
          error: challenge.error,
          error_description: legal(challenge.errorDescription),
          scope: legal(challenge.scope),
          resource_metadata: legal(challenge.resourceMetadata),
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('escapes what would end a quoted string', () => {
    expect(formatBearerChallenge({ errorDescription: 'say "a\\b"' })).toBe(
      'Bearer error_description="say \\"a\\\\b\\""',
    );
  });

  it('starts no second header line', () => {
    expect(formatBearerChallenge({ scope: 'a\r\nSet-Cookie: x=1' })).toBe(
      'Bearer scope="a??Set-Cookie: x=1"',
    );
  });

  it('leaves out what it does not know, and is the bare scheme without anything', () => {
    expect(formatBearerChallenge({ scope: '', resourceMetadata: 'https://a.example/' })).toBe(
      'Bearer resource_metadata="https://a.example/"',
    );
    expect(formatBearerChallenge({})).toBe('Bearer');
  });
});

describe('the parser of these tests', () => {
  it.each([
    'Bearer a="b" c="d"',
    'Bearer a="b',
    'Bearer a="é"',
    'Bearer a="b", a="c"',
    'Bearer a="b",',
    'Bearer a = "b"',
    'Bearer a=b"c"',
    'Bearer ,a="b"',
    'Bearer "a"',
    'Basic realm="x"',
    '',
  ])('takes no illegal challenge: %s', (header) => {
    expect(() => parseChallenge(header)).toThrow();
  });

  it('takes legal ones', () => {
    expect(parseChallenge('Bearer a="b\\"\\\\", c=d')).toEqual({ a: 'b"\\', c: 'd' });
    expect(parseChallenge('Bearer')).toEqual({});
  });
});
