import type { HostileRequest, RequestForge } from './row.ts';

/** Paths that a router, a proxy or a guard may each take for another one: all without credentials. */
const paths = [
  '/MCP',
  '/mcp/',
  '//mcp',
  '///mcp',
  '/./mcp',
  '/x/../mcp',
  '/%6dcp',
  '/mc%70',
  '/mcp%2f',
  '/mcp%00',
  '/mcp%20',
  '/mcp%0a',
  '/mcp;a=b',
  '/mcp..;/',
  '/mcp/..;/health',
  '/health/..;/mcp',
  '/health/../mcp',
  '/health/..%2fmcp',
  '/health/%2e%2e/mcp',
  '/.well-known/../mcp',
  '/.well-known/..%2fmcp',
  '/.well-known/oauth-protected-resource/../../mcp',
  '/mcp?/health',
  '/mcp/health',
  '/mcp.json',
  '/mcp\\',
  '/\\mcp',
  '/mcp#/health',
  '/messages',
  '/messages?sessionId=00000000-0000-0000-0000-000000000000',
  '/MESSAGES/?sessionId[]=a&sessionId=b',
  '/sse/',
  'http://localhost/mcp',
  'http://evil.example/mcp',
];

/** A path of the public URL that a proxy and a server may each see or not see, or see twice. */
const prefixed = [
  '@/mcp',
  '@/MCP/',
  '@/messages?sessionId=1',
  '@/sse',
  '@//mcp',
  '@/./mcp',
  '@/x/../mcp',
  '@/%6dcp',
  '@%2fmcp',
  '@/.%2e/mcp',
  '@/.well-known/../mcp',
  '@/.well-known/oauth-protected-resource/../../mcp',
  '@/health/../mcp',
  '@/health/..;/mcp',
  '@;a=b/mcp',
  '@#/mcp',
  '@mcp',
  '@@/mcp',
  '/@/mcp',
  '/.@/mcp',
  '/x/..@/mcp',
  '/.well-known@/mcp',
  '/.well-known/oauth-protected-resource@/../../mcp',
  '/health@/mcp',
  '/mcp@',
  '/mcp@/mcp',
  'http://localhost@/mcp',
  'http://evil.example@/mcp',
];

const queries: [string, string, string | undefined][] = [
  ['the token in the URL', '?access_token=@', 'credentials_in_query'],
  ['the token twice in the URL', '?access_token=abc&access_token=@', 'credentials_in_query'],
  ['an empty token in the URL', '?access_token=', 'credentials_in_query'],
  ['a token without a value in the URL', '?a=b&access_token', 'credentials_in_query'],
  ['the token under a percent-encoded name', '?access%5Ftoken=@', 'credentials_in_query'],
  ['the token behind a second question mark', '?a=b?&access_token=@', 'credentials_in_query'],
  ['the token in a list in the URL', '?access_token[]=@', 'credentials_missing'],
  ['the token in an object in the URL', '?access_token[0]=@', 'credentials_missing'],
  ['the token under an upper case name', '?ACCESS_TOKEN=@', 'credentials_missing'],
  ['the token behind a semicolon', '?a=b;access_token=@', 'credentials_missing'],
  ['the token under a name with a NUL', '?access_token%00=@', 'credentials_missing'],
  ['the token as id_token', '?id_token=@', 'credentials_missing'],
  ['the token as Authorization', '?Authorization=Bearer%20@', 'credentials_missing'],
  ['the token in the fragment', '#access_token=@', 'credentials_missing'],
];

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];
const overrides = [
  'X-HTTP-Method-Override: OPTIONS',
  'X-Original-URL: /health',
  'X-Rewrite-URL: /health',
  'X-Forwarded-Prefix: /health',
  'X-Forwarded-Uri: /health',
  'X-Forwarded-Path: /health',
];

/** Where a request goes, and how. */
export const hostileTargets = ({ token, publicPath, post }: RequestForge): HostileRequest[] => {
  const good = `Authorization: Bearer ${token}`;
  return [
    ...paths.map((target) => ({
      name: `no credentials, the target ${target}`,
      source: 'Tsai, Breaking Parser Logic, Black Hat USA 2018; RFC 3986 §6.2',
      raw: post([], { target }),
      status: [400, 401, 403, 404],
    })),
    ...prefixed.map((target) => ({
      name: `no credentials, the target ${target}, where @ is the path of the public URL`,
      source: 'Tsai, Breaking Parser Logic, Black Hat USA 2018; RFC 3986 §6.2',
      raw: post([], { target: target.replaceAll('@', publicPath || '/tools/whoami') }),
      status: [400, 401, 403, 404],
    })),
    ...queries.map(([name, query, expectedReason]) => ({
      name,
      source: 'RFC 6750 §2.3, §5.3; RFC 9700 §4.3.2: never in the URL',
      raw: post([], { target: `${publicPath}/mcp${query.replaceAll('@', token)}` }),
      status: [expectedReason === 'credentials_in_query' ? 400 : 401],
      ...(expectedReason === undefined ? {} : { expectedReason }),
    })),
    {
      name: 'the token in the URL and in the header',
      source: 'RFC 6750 §2: not more than one method',
      raw: post([good], { target: `${publicPath}/mcp?access_token=${token}` }),
      status: [400],
      expectedReason: 'credentials_in_query',
    },
    {
      name: 'HTTP/0.9',
      source: 'RFC 9112 §3',
      raw: 'GET /mcp\r\n\r\n',
      status: [400, 403],
    },
    ...methods.map((method) => ({
      name: `no credentials, ${method}`,
      source: 'RFC 9110 §9; RFC 6750 §3',
      raw: post([], { method }),
      status: [401],
      expectedReason: 'credentials_missing',
    })),
    ...overrides.map((header) => ({
      name: `no credentials, ${header}`,
      source: header.startsWith('X-HTTP') ? 'method override: CWE-650' : 'CVE-2018-14773',
      raw: post([header]),
      status: [401],
      expectedReason: 'credentials_missing',
    })),
    {
      name: 'a target of 64 KB',
      source: 'RFC 9110 §15.5.15',
      raw: post([good], { target: `${publicPath}/mcp?${'a'.repeat(64 * 1024)}` }),
      status: [414, 431],
    },
  ];
};
