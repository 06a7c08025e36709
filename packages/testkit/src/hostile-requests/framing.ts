import type { HostileRequest, RequestForge } from './row.ts';

/**
 * Messages whose end two parsers see in two places: behind it stands a second request, which would be served to
 * whoever comes next on the connection (Kettle, HTTP Desync Attacks, Black Hat USA 2019).
 */
export const hostileFraming = ({ host, token, call }: RequestForge): HostileRequest[] => {
  const start = [
    'POST /mcp HTTP/1.1',
    `Host: ${host}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `Authorization: Bearer ${token}`,
  ];
  const behind = `${[...start, `Content-Length: ${call.length}`, 'Connection: close'].join('\r\n')}\r\n\r\n${call}`;
  const framed = (headers: readonly string[], body: string) =>
    `${[...start, ...headers].join('\r\n')}\r\n\r\n${body}`;
  const chunk = `${call.length.toString(16)}\r\n${call}\r\n0\r\n\r\n`;

  const twoLengths: [string, string[], string][] = [
    [
      'Content-Length and Transfer-Encoding',
      [`Content-Length: ${chunk.length}`, 'Transfer-Encoding: chunked'],
      'RFC 9112 §6.1: CL.TE',
    ],
    [
      'Transfer-Encoding and Content-Length',
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      'RFC 9112 §6.1: TE.CL',
    ],
    [
      'two Content-Lengths that differ',
      ['Content-Length: 4', `Content-Length: ${call.length}`],
      'RFC 9112 §6.3',
    ],
    ['two Content-Lengths in a list', [`Content-Length: ${call.length}, 4`], 'RFC 9112 §6.3'],
    ['a negative Content-Length', ['Content-Length: -1'], 'RFC 9110 §8.6'],
    ['a Content-Length with a plus', [`Content-Length: +${call.length}`], 'RFC 9110 §8.6'],
    ['a hexadecimal Content-Length', ['Content-Length: 0x10'], 'RFC 9110 §8.6'],
    ['a Content-Length past 64 bits', ['Content-Length: 18446744073709551617'], 'RFC 9110 §8.6'],
    ['a space before Content-Length', ['X: 1', ` Content-Length: ${call.length}`], 'CVE-2024-27982'],
    [
      'Transfer-Encoding: identity behind chunked',
      ['Transfer-Encoding: chunked, identity'],
      'RFC 9112 §6.3, CVE-2022-32213',
    ],
    [
      'two Transfer-Encodings',
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
      'RFC 9112 §6.3, CVE-2022-32213',
    ],
    ['a folded Transfer-Encoding', ['Transfer-Encoding: chunked\r\n , identity'], 'CVE-2022-32215'],
    ['a Transfer-Encoding with a vertical tab', ['Transfer-Encoding: \x0bchunked'], 'CVE-2022-32213'],
    ['a space before the colon of Transfer-Encoding', ['Transfer-Encoding : chunked'], 'RFC 9112 §5.1'],
    ['an unknown Transfer-Encoding', ['Transfer-Encoding: xchunked'], 'RFC 9112 §6.1'],
  ];
  const brokenChunks: [string, string, string][] = [
    ['a chunk size past 64 bits', `fffffffffffffffff\r\n${call}\r\n0\r\n\r\n`, 'RFC 9112 §7.1'],
    ['a negative chunk size', `-1\r\n${call}\r\n0\r\n\r\n`, 'RFC 9112 §7.1'],
    ['a chunk size in hexadecimal notation', `0x${chunk}`, 'RFC 9112 §7.1'],
    ['chunks that end with a line feed', chunk.replaceAll('\r\n', '\n'), 'RFC 9112 §7.1'],
    ['a chunk that is longer than it says', `4\r\n${call}\r\n0\r\n\r\n`, 'RFC 9112 §7.1'],
    ['a chunk extension of 40 KB', `1;${'a'.repeat(40_000)}\r\na\r\n0\r\n\r\n`, 'CVE-2024-22019'],
  ];
  return [
    ...twoLengths.map(([name, headers, source]) => ({
      name,
      source,
      raw: framed(headers, `${chunk}${behind}`),
      status: [400],
    })),
    ...brokenChunks.map(([name, body, source]) => ({
      name,
      source,
      raw: framed(['Transfer-Encoding: chunked'], `${body}${behind}`),
      status: [400, 413],
    })),
    {
      name: 'the token in a trailer',
      source: 'RFC 9110 §6.5.1: never merged into the header',
      raw: `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n${chunk.slice(0, -2)}Authorization: Bearer ${token}\r\n\r\n`,
      status: [401],
      expectedReason: 'credentials_missing',
    },
    {
      name: 'a version that does not exist',
      source: 'RFC 9110 §2.5',
      raw: framed(['Content-Length: 0'], '').replace('HTTP/1.1', 'HTTP/1.9'),
      status: [400, 505],
    },
    {
      name: 'the preface of HTTP/2',
      source: 'RFC 9113 §3.4',
      raw: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      status: [400, 505],
    },
    {
      name: 'a method that does not exist',
      source: 'RFC 9110 §9.1',
      raw: framed(['Content-Length: 0'], '').replace('POST', 'MCP'),
      status: [400, 501],
    },
  ];
};
