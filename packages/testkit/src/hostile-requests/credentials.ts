import type { HostileRequest, RequestForge } from './row.ts';

/** UTF-8 as it stands on the wire. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

const schemes = [
  'Basic',
  'DPoP',
  'Digest',
  'Negotiate',
  'MAC',
  'Token',
  'JWT',
  'GNAP',
  'BearerX',
  'Bearer:',
  'X-Bearer',
];

/** Where a token or a user may stand for others: none of these is the Authorization header. */
const otherHeaders = [
  'Proxy-Authorization: Bearer @',
  'X-Authorization: Bearer @',
  'X-Forwarded-Authorization: Bearer @',
  'X-Original-Authorization: Bearer @',
  'Authorization_: Bearer @',
  'HTTP_AUTHORIZATION: Bearer @',
  'Authentication: Bearer @',
  'WWW-Authenticate: Bearer @',
  'X-Access-Token: @',
  'X-Auth-Token: @',
  'X-Api-Key: @',
  'Access-Token: @',
  'Cookie: access_token=@; Authorization=Bearer @',
  'Sec-WebSocket-Protocol: bearer, @',
  'X-Forwarded-User: ada',
  'Remote-User: ada',
  'X-Forwarded-Client-Cert: Subject="CN=ada"',
];

/** The Authorization header, and what would like to be one; the token itself is good. */
export const hostileCredentials = ({ token, post }: RequestForge): HostileRequest[] => {
  const good = `Authorization: Bearer ${token}`;
  const half = Math.floor(token.length / 2);
  const [first, second] = [token.slice(0, half), token.slice(half)];
  const repeated: [string, string[]][] = [
    ['twice the same', [good, good]],
    ['twice, the second of nobody', [good, 'Authorization: Bearer abc']],
    ['twice, the first of nobody', ['Authorization: Bearer abc', good]],
    ['twice, the first of another scheme', ['Authorization: Basic YTpi', good]],
    ['twice, the second empty', [good, 'Authorization:']],
    ['twice, in another letter case', [good, good.replace('Authorization', 'aUTHORIZATION')]],
    ['twice, apart from each other', [good, 'X-Between: 1', good]],
    ['twice, the token in halves', [`Authorization: Bearer ${first}`, `Authorization: ${second}`]],
    ['a hundred times', Array(100).fill('Authorization: Bearer abc')],
  ];
  const malformed: [string, string][] = [
    ['two tokens in a list', `Bearer ${token}, Bearer ${token}`],
    ['a list without spaces', `Bearer ${token},Bearer`],
    ['another scheme behind a comma', `Bearer ${token}, Basic YTpi`],
    ['the scheme twice', `Bearer Bearer ${token}`],
    ['a word behind', `Bearer ${token} admin`],
    ['a parameter behind', `Bearer ${token}; scope=admin`],
    ['quotation marks', `Bearer "${token}"`],
    ['a comment', `Bearer ${token} (ada)`],
    ['a space inside', `Bearer ${first} ${second}`],
    ['a tab inside', `Bearer ${first}\t${second}`],
    ['a tab behind the space', `Bearer \t${token}`],
    ['a no-break space before', `Bearer \xa0${token}`],
    ['a no-break space behind', `Bearer ${token}\xa0`],
    ['a byte of Latin-1 behind', `Bearer ${token}\xe9`],
    ['a zero-width space behind', utf8(`Bearer ${token}\u200b`)],
    ['a byte order mark before the token', utf8(`Bearer \ufeff${token}`)],
    ['a full-width letter', utf8(`Bearer \uff45${token.slice(1)}`)],
    ['an overlong dot', `Bearer ${first}\xc0\xae${second}`],
    ['a run of spaces and no token', `Bearer${' '.repeat(12_000)},`],
    ['a run of padding and no end', `Bearer a${'='.repeat(12_000)},`],
    ['the scheme a thousand times', `${'Bearer '.repeat(1000)}${token}`],
  ];
  /** The good token with more around it: characters that a token may have, so another token. */
  const others: [string, string][] = [
    ['a name before', `Bearer token=${token}`],
    ['angle brackets', `Bearer <${token}>`],
    ['a percent-encoded letter', `Bearer %65${token.slice(1)}`],
    ['padding inside', `Bearer ${first}=${second}`],
    ['padding alone', 'Bearer ===='],
    ['an exclamation mark behind', `Bearer ${token}!`],
  ];
  const missing: [string, string][] = [
    ...schemes.map((scheme): [string, string] => [`the scheme ${scheme}`, `${scheme} ${token}`]),
    ['no scheme', token],
    ['the scheme alone', 'Bearer'],
    ['a tab for the space', `Bearer\t${token}`],
    ['a no-break space for the space', `Bearer\xa0${token}`],
    ['a plus for the space', `Bearer+${token}`],
    ['a percent-encoded space', `Bearer%20${token}`],
    ['a scheme in Cyrillic', utf8(`\u0412earer ${token}`)],
    ['a scheme in full width', utf8(`\uff22\uff45\uff41\uff52\uff45\uff52 ${token}`)],
    ['a byte order mark before the scheme', utf8(`\ufeffBearer ${token}`)],
    ['another scheme and a comma before', `Basic YTpi, Bearer ${token}`],
    ['a comma before', `, Bearer ${token}`],
    ['a quoted header', `"Bearer ${token}"`],
  ];
  /** What the HTTP parser refuses: a header that another one on the way may have read differently. */
  const unreadable: [string, string, string][] = [
    ['folded behind the scheme', `Authorization: Bearer\r\n ${token}`, 'RFC 9112 §5.2: obs-fold'],
    ['folded by a tab', `Authorization: Bearer\r\n\t${token}`, 'RFC 9112 §5.2: obs-fold'],
    ['folded before the scheme', `Authorization:\r\n Bearer ${token}`, 'RFC 9112 §5.2: obs-fold'],
    ['folded behind the token', `${good}\r\n x`, 'RFC 9112 §5.2: obs-fold'],
    ['with a NUL', `${good}\0`, 'RFC 9110 §5.5'],
    ['with a bare line feed', `${good}\nX-Injected: 1`, 'RFC 9112 §2.2, CVE-2022-32214'],
    ['with a bare carriage return', `X-Before: 1\r${good}`, 'RFC 9112 §2.2, CVE-2023-30589'],
    ['with a vertical tab', `Authorization: Bearer \x0b${token}`, 'RFC 9110 §5.5'],
    ['with a delete character', `${good}\x7f`, 'RFC 9110 §5.5'],
    ['with a space before the colon', good.replace(':', ' :'), 'RFC 9112 §5.1'],
    ['with a space before the name', ` ${good}`, 'RFC 9112 §2.2, CVE-2024-27982'],
    ['with a space in the name', good.replace('Auth', 'Auth '), 'RFC 9110 §5.1'],
    ['with a NUL in the name', good.replace(':', '\0:'), 'RFC 9110 §5.1'],
    ['without a colon', good.replace(':', ''), 'RFC 9112 §5'],
  ];

  return [
    ...repeated.map(([name, headers]) => ({
      name: `Authorization ${name}`,
      source: 'RFC 9110 §5.3, §11.6.2: a single field line',
      raw: post(headers),
      status: [400],
      expectedReason: 'credentials_repeated',
    })),
    ...malformed.map(([name, value]) => ({
      name: `Authorization with ${name}`,
      source: 'RFC 6750 §2.1: the scheme and one token',
      raw: post([`Authorization: ${value}`]),
      status: [401],
      expectedReason: 'credentials_malformed',
    })),
    ...others.map(([name, value]) => ({
      name: `Authorization with ${name}`,
      source: 'RFC 6749 Appendix A.12: characters that a token may have, compared as they are',
      raw: post([`Authorization: ${value}`]),
      status: [401],
    })),
    ...missing.map(([name, value]) => ({
      name: `Authorization with ${name}`,
      source: 'RFC 6750 §2.1, RFC 9110 §11.4: the scheme, a space',
      raw: post([`Authorization: ${value}`]),
      status: [401],
      expectedReason: 'credentials_missing',
    })),
    ...unreadable.map(([name, lines, source]) => ({
      name: `Authorization ${name}`,
      source,
      raw: post([lines]),
      status: [400],
    })),
    ...otherHeaders.map((header) => ({
      name: `the token or a user in ${header.split(':')[0]}`,
      source: 'RFC 6750 §2: in the Authorization header; RFC 9110 §11.7.2',
      raw: post([header.replaceAll('@', token)]),
      status: [401],
      expectedReason: 'credentials_missing',
    })),
    {
      name: 'a good token with padding behind',
      source: 'RFC 7515 §2: base64url without padding',
      raw: post([`${good}====`]),
      status: [401],
    },
    {
      name: 'a header of 64 KB',
      source: 'RFC 6585 §5',
      raw: post([`Authorization: Bearer ${'a'.repeat(64 * 1024)}`]),
      status: [431],
    },
    {
      name: 'three thousand headers',
      source: 'RFC 6585 §5',
      raw: post([good, ...Array.from({ length: 3000 }, (_, index) => `X-${index}: 1`)]),
      status: [431],
    },
  ];
};
