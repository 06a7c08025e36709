import type { HostileRequest, RequestForge } from './row.ts';

const hosts: [string, string][] = [
  ['of another server', 'evil.example'],
  ['that begins with this one', '@.evil.example'],
  ['with this one as its user', 'localhost@evil.example'],
  ['of an address of this machine as a prefix', '127.0.0.1.evil.example'],
  ['of a metadata service', '169.254.169.254'],
  ['of any address', '[::]'],
  ['with a path', 'localhost/evil.example'],
  ['with a query', 'localhost?evil.example'],
  ['with a back slash', 'localhost\\evil.example'],
  ['in a list', 'localhost, evil.example'],
  ['that is empty', ''],
];

const origins = [
  'https://evil.example',
  'null',
  'file://',
  'http://localhost.evil.example',
  'http://localhost@evil.example',
  'http://127.0.0.1.evil.example',
  'http://evil.example#http://localhost',
  'http://localhost:3001/mcp',
  'http://localhost http://evil.example',
  'chrome-extension://abcdefghijklmnop',
];

/** What may be taken for the host instead of `Host`, and says this server's. */
const hostOverrides = ['X-Forwarded-Host: @', 'X-Host: @', 'X-Original-Host: @', 'Forwarded: host="@"'];

/** For which server a request is, and from whose page. */
export const hostileHosts = ({ host, token, publicPath, post }: RequestForge): HostileRequest[] => {
  const good = `Authorization: Bearer ${token}`;
  return [
    {
      name: 'a target in absolute form of another server',
      source: 'DNS rebinding: MCP transports, Security Warning; RFC 9112 §3.2.2',
      raw: post([good], { target: `http://evil.example${publicPath}/mcp` }),
      status: [400, 403],
      expectedReason: 'host_not_allowed',
    },
    ...hostOverrides.map((header) => ({
      name: `a Host of another server, ${header}`,
      source: 'DNS rebinding: MCP transports, Security Warning; a page may set these headers',
      raw: post([good, header.replace('@', host)], { host: 'evil.example' }),
      status: [403],
      expectedReason: 'host_not_allowed',
    })),
    ...hosts.map(([name, other]) => ({
      name: `a Host ${name}`,
      source: 'DNS rebinding: MCP transports, Security Warning; RFC 9112 §3.2',
      raw: post([good], { host: other.replace('@', host) }),
      status: [400, 403],
    })),
    {
      name: 'two Hosts, this one first',
      source: 'RFC 9112 §3.2',
      raw: post(['Host: evil.example', good]),
      status: [400, 403],
    },
    {
      name: 'two Hosts, this one last',
      source: 'RFC 9112 §3.2',
      raw: post([`Host: ${host}`, good], { host: 'evil.example' }),
      status: [400, 403],
    },
    {
      name: 'no Host',
      source: 'RFC 9112 §3.2',
      raw: post([good]).replace(/Host: .*\r\n/, ''),
      status: [400, 403],
    },
    {
      name: 'no Host, in HTTP/1.0',
      source: 'DNS rebinding: MCP transports, Security Warning',
      raw: post([good])
        .replace(/Host: .*\r\n/, '')
        .replace('HTTP/1.1', 'HTTP/1.0'),
      status: [400, 403],
    },
    ...origins.map((origin) => ({
      name: `a page of ${origin}`,
      source: 'MCP transports, Security Warning; RFC 6454 §7',
      raw: post([good, `Origin: ${origin}`]),
      status: [403],
      expectedReason: 'origin_not_allowed',
    })),
  ];
};
