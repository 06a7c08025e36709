import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBearerToken } from '../src/core/bearer-credentials.ts';
import { listen, sendRaw } from './raw-http.ts';

/** What is read from a request line and header lines that go over the wire byte for byte. */
const readFromWire = async (target: string, ...headers: readonly string[]) => {
  await using running = await listen((request, response) => {
    response.end(JSON.stringify(readBearerToken(request)));
  });
  const answer = await sendRaw(running.port, [`GET ${target} HTTP/1.1`, 'Host: localhost', ...headers]);
  expect(answer.status).toBe(200);
  const read: { token?: string; reason?: string; text?: string } = JSON.parse(answer.body);
  return read;
};

/** All that an opaque token may have (RFC 6749 Appendix A.12) but quote and comma. */
const visible = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index))
  .join('')
  .replace(/[",]/g, '');

/** UTF-8 as it stands on the wire. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

describe('an Authorization header', () => {
  it.each([
    ['a token', 'Bearer abc', 'abc'],
    ['every character of b64token', 'Bearer aZ09-._~+/==', 'aZ09-._~+/=='],
    ['a session of Salesforce', 'Bearer 00D5g!AR8AQ.x_y', '00D5g!AR8AQ.x_y'],
    ['every visible character but quote and comma', `Bearer ${visible}`, visible],
    ['padding in the middle', 'Bearer abc=def', 'abc=def'],
    ['padding alone', 'Bearer ==', '=='],
    ['a percent sign, which stays one', 'Bearer abc%20def', 'abc%20def'],
    ['a lower case scheme', 'bearer abc', 'abc'],
    ['an upper case scheme', 'BEARER abc', 'abc'],
    ['two spaces after the scheme', 'Bearer  abc', 'abc'],
    ['spaces after the token', 'Bearer abc  ', 'abc'],
    ['a tab before the scheme, which HTTP takes away', '\tBearer abc', 'abc'],
  ])('with %s has the token', async (_, header, token) => {
    expect(await readFromWire('/mcp', `Authorization: ${header}`)).toEqual({ token });
  });

  it.each([
    ['nothing in it', ''],
    ['spaces alone', '   '],
    ['the scheme alone', 'Bearer'],
    ['the scheme and a space', 'Bearer '],
    ['another scheme', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['DPoP', 'DPoP abc'],
    ['a scheme that only begins with Bearer', 'BearerX abc'],
    ['no space after the scheme', 'Bearer:abc'],
    ['a tab instead of the space', 'Bearer\tabc'],
    ['a token without a scheme', 'abc'],
  ])('with %s has no credentials', async (_, header) => {
    expect(await readFromWire('/mcp', `Authorization: ${header}`)).toEqual({
      reason: 'credentials_missing',
      text: expect.any(String),
    });
  });

  it.each([
    ['two tokens', 'Bearer abc def'],
    ['a list', 'Bearer abc,def'],
    ['parameters', 'Bearer token="abc"'],
    ['a tab after the space', 'Bearer \tabc'],
    ['a tab in the token', 'Bearer abc\tdef'],
    ['a quote', 'Bearer abc"def'],
    ['a list with spaces', 'Bearer abc, Bearer def'],
    ['a comma behind', 'Bearer abc,'],
    ['a byte beyond ASCII', 'Bearer abc\xe9'],
    ['UTF-8', `Bearer ${utf8('тoken')}`],
    ['a no-break space after the scheme', 'Bearer \xa0abc'],
    ['a no-break space after the token', 'Bearer abc\xa0'],
    ['a no-break space in the token', 'Bearer abc\xa0def'],
    ['a second scheme', 'Bearer Bearer abc'],
  ])('with %s is malformed, and is not repeated to the client', async (_, header) => {
    const read = await readFromWire('/mcp', `Authorization: ${header}`);
    expect(read).toEqual({ reason: 'credentials_malformed', text: expect.any(String) });
    expect(read.text).not.toContain('abc');
  });

  it('that is not there is missing', async () => {
    expect(await readFromWire('/mcp')).toMatchObject({ reason: 'credentials_missing' });
  });

  it.each([
    ['the same', 'Authorization: Bearer abc', 'Authorization: Bearer abc'],
    ['another', 'Authorization: Bearer abc', 'Authorization: Bearer def'],
    ['another scheme', 'Authorization: Basic abc', 'Authorization: Bearer abc'],
    ['an empty one', 'Authorization: Bearer abc', 'Authorization:'],
    ['other letter case', 'Authorization: Bearer abc', 'aUTHORIZATION: Bearer def'],
  ])('that comes twice is refused, even with %s', async (_, ...headers) => {
    expect(await readFromWire('/mcp', ...headers)).toMatchObject({ reason: 'credentials_repeated' });
  });
});

describe('a token in the URL', () => {
  it.each([
    '/mcp?access_token=abc',
    '/mcp?access_token=',
    '/mcp?access_token',
    '/mcp?a=b&access_token=abc',
    '/mcp?access%5Ftoken=abc',
    'http://localhost/mcp?access_token=abc',
  ])('is refused: %s', async (target) => {
    const read = await readFromWire(target);
    expect(read).toEqual({ reason: 'credentials_in_query', text: expect.any(String) });
    expect(read.text).not.toContain('abc');
  });

  it('is refused beside a good header', async () => {
    expect(await readFromWire('/mcp?access_token=abc', 'Authorization: Bearer abc')).toMatchObject({
      reason: 'credentials_in_query',
    });
  });

  it('is another parameter’s name only when it is all of it', async () => {
    expect(await readFromWire('/mcp?my_access_token=x', 'Authorization: Bearer abc')).toEqual({
      token: 'abc',
    });
  });
});

describe('whatever a request says', () => {
  const read = (url: string, authorization: string) => {
    const request = new IncomingMessage(new Socket());
    request.url = url;
    request.rawHeaders = ['Authorization', authorization];
    request.headers = { authorization };
    return readBearerToken(request);
  };
  /** Bytes that HTTP lets into a header's value (RFC 9110 §5.5); Node reads them as latin1. */
  const fieldText = fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((byte) => String.fromCharCode(byte)),
  });
  const nearlyToken = fc.string({ unit: fc.constantFrom(...'aZ09-._~+/= ,;"\té') });
  const headerText = fc.oneof(
    fieldText,
    fc
      .tuple(
        fc.constantFrom('Bearer', 'bearer', 'Basic', 'Bearer Bearer', ''),
        fc.constantFrom(' ', '  ', '\t', ''),
        nearlyToken,
      )
      .map((parts) => parts.join('')),
  );

  it('no token has a character that is not visible, or is not what was sent', () => {
    fc.assert(
      fc.property(headerText, (authorization) => {
        const credentials = read('/mcp', authorization);
        if (!('token' in credentials)) return;
        expect(credentials.token).toMatch(/^[\x21-\x7e]+$/);
        expect(credentials.token).not.toMatch(/[",]/);
        expect(authorization.replace(/^[ \t]*bearer +/i, '').replace(/[ \t]*$/, '')).toBe(credentials.token);
      }),
      { numRuns: 5_000 },
    );
  });

  it('every token of visible characters is read as it is', () => {
    const opaque = fc.stringMatching(/^[\x21\x23-\x2b\x2d-\x7e]+$/);
    fc.assert(
      fc.property(opaque, (token) => {
        expect(read('/mcp', `Bearer ${token}`)).toEqual({ token });
      }),
    );
  });

  it('any path and query are read', () => {
    const target = fc
      .tuple(fc.webPath(), fc.webQueryParameters())
      .map(([path, query]) => `/mcp${path}?${query}`);
    fc.assert(
      fc.property(target, (url) => {
        expect(() => read(url, 'Bearer abc')).not.toThrow();
      }),
    );
  });

  it.each(['//', '//[', '//:x', 'http://localhost:99999/mcp', 'http://[/mcp', '*'])(
    'a request target that is not a URL is not a defect: %s',
    (target) => {
      expect(() => read(target, 'Bearer abc')).not.toThrow();
    },
  );
});
