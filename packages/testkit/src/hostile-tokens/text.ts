import type { Forge, HostileToken } from './row.ts';

/** Looks the same, is rendered the same, or becomes the same once normalized; signed by the IdP's own key. */
export const hostileText = ({ idp, resource, claims, signed }: Forge): HostileToken[] => {
  const { issuer } = idp;
  /** Each of a URL that is not that URL byte for byte, whatever a parser, a font or a normalization makes of it. */
  const lookalikes = (url: string): [string, string][] => {
    const { host, pathname } = new URL(url);
    return [
      ['with a Cyrillic о', url.replace('o', '\u043e')],
      ['with full-width letters', url.replace('http', '\uff48\uff54\uff54\uff50')],
      ['with a full-width solidus', url.replace('//', '/\uff0f')],
      ['with a one-dot leader', url.replace('localhost', 'localhost\u2024')],
      ['with a zero-width space', `${url}\u200b`],
      ['with a zero-width joiner inside', url.replace('local', 'local\u200d')],
      ['with a soft hyphen inside', url.replace('local', 'local\u00ad')],
      ['with a byte order mark', `\ufeff${url}`],
      ['with a right-to-left override', `\u202e${url}`],
      ['with a combining accent', url.replace('localhost', 'lo\u0301calhost')],
      ['with a composed accent', url.replace('localhost', 'l\u00f3calhost')],
      ['with a long s', url.replace('localhost', 'localho\u017ft')],
      ['as punycode', url.replace('localhost', 'xn--lcalhost-w9e')],
      ['with half a character', `${url}\ud800`],
      ['with a NUL at the end', `${url}\u0000`],
      ['with a line feed at the end', `${url}\n`],
      ['with a tab inside, which URL parsers drop', url.replace('local', 'lo\tcal')],
      ['between spaces', ` ${url} `],
      ['with back slashes, which URL parsers turn', url.replace('//', '\\\\')],
      ['with a percent-encoded letter', url.replace('localhost', 'l%6fcalhost')],
      ['with the root’s dot', url.replace('localhost', 'localhost.')],
      ['with a user name', url.replace('//', '//ada@')],
      ['with an empty query', `${url}?`],
      ['with an empty fragment', `${url}#`],
      ['with a dot segment', `http://${host}/x/..${pathname}`],
      ['with an encoded dot segment', `http://${host}/x/%2e%2e${pathname}`],
      ['with a leading zero in the port', url.replace(/:(\d+)/, ':0$1')],
      ['by the number of its address', url.replace('localhost', '2130706433')],
    ];
  };
  const source = 'RFC 7519 §2: StringOrURI is compared without transformation';
  const withBytes = (bytes: string): Buffer => {
    const [before = '', after = ''] = JSON.stringify(claims({ sub: '@' })).split('@');
    return Buffer.concat([Buffer.from(before), Buffer.from(bytes, 'latin1'), Buffer.from(after)]);
  };
  const brokenBytes: [string, string][] = [
    ['a byte of Latin-1', 'ad\xe9'],
    ['an overlong slash', '\xc0\xaf'],
    ['an overlong NUL', 'ada\xc0\x80'],
    ['a surrogate as three bytes', '\xed\xa0\x80'],
    ['a character cut short', 'ad\xe2\x82'],
    ['a byte that UTF-8 never has', 'ad\xff'],
  ];
  const algs = [
    '\u0420S256',
    'RS256\u0000',
    'RS256 ',
    '\uff32\uff33\uff12\uff15\uff16',
    '\uff4e\uff4f\uff4e\uff45',
  ];

  return [
    ...lookalikes(issuer).map(([name, iss]) => ({
      name: `iss: the issuer ${name}`,
      source,
      token: signed(claims({ iss })),
      expectedCode: 'issuer_mismatch',
    })),
    ...lookalikes(resource).map(([name, aud]) => ({
      name: `aud: this server ${name}`,
      source,
      token: signed(claims({ aud })),
      expectedCode: 'audience_mismatch',
    })),
    ...brokenBytes.map(([name, bytes]) => ({
      name: `sub: ${name}`,
      source: 'RFC 8725 §3.7, RFC 3629 §10: what is not UTF-8 must not be read as something else',
      token: signed(withBytes(bytes)),
      expectedCode: 'malformed_token',
    })),
    {
      name: 'sub: half a character, escaped',
      source: 'RFC 8259 §8.2: unpredictable; two users would become one',
      token: signed(JSON.stringify(claims({ sub: '@' })).replace('"@"', '"\\ud83d"')),
      expectedCode: 'subject_missing',
    },
    {
      name: 'sub: white space that is not a space',
      source: 'RFC 9068 §2.2',
      token: signed(claims({ sub: '\u00a0\u2003\ufeff' })),
      expectedCode: 'subject_missing',
    },
    {
      name: 'payload after a byte order mark',
      source: 'RFC 8259 §8.1',
      token: signed(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(claims()))])),
      expectedCode: 'malformed_token',
    },
    {
      name: 'payload in UTF-16',
      source: 'RFC 8259 §8.1',
      token: signed(Buffer.from(JSON.stringify(claims()), 'utf16le')),
      expectedCode: 'malformed_token',
    },
    ...algs.map((name) => ({
      name: `alg: ${JSON.stringify(name)}`,
      source: 'RFC 7515 §5.3: compared without transformation',
      token: signed(claims(), { alg: name }),
      expectedCode: 'algorithm_not_allowed',
    })),
  ];
};
