import { once } from 'node:events';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { createHttpServer } from '../src/http-server.ts';
import { exchange, openSocket } from './raw-socket.ts';
import { captureLog, startWhoami, whoamiCall } from './start-whoami.ts';

const token = `SECRET-${'x'.repeat(21_000)}`;
const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\n';

describe('what Node refuses by itself', () => {
  it.each([
    ['a token of 21 kB', `${head}Authorization: Bearer ${token}\r\n\r\n`, 431, 'headers_too_large'],
    ['an address of 21 kB', `GET /${token} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431, 'headers_too_large'],
    ['what is not HTTP', 'SECRET\r\n\r\n', 400, 'malformed_request'],
    ['a header that is none', `${head}SECRET\r\n\r\n`, 400, 'malformed_request'],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400, 'malformed_request'],
    [
      'a chunk that is none',
      `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nSECRET\r\n`,
      400,
      'malformed_request',
    ],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'malformed_request'],
    ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'host_missing'],
    [
      'a tunnel',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
      405,
      'method_not_allowed',
    ],
    ['another expectation', `${head}Expect: SECRET\r\nConnection: close\r\n\r\n`, 417, 'expectation_failed'],
  ])('has an answer in JSON and a log line: %s', async (_, request, status, reason) => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const answer = await exchange(whoami.publicUrl, request);
    const [lines = '', body = ''] = answer.split('\r\n\r\n');
    expect(lines).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(lines).toMatch(/^content-type: application\/json/im);
    expect(JSON.parse(body)).toEqual({ error: 'invalid_request', error_description: expect.any(String) });
    const [, requestId] = /^x-request-id: (\S+)/im.exec(lines) ?? [];
    expect(whoami.log[0]).toMatchObject({
      level: 'warn',
      fields: { requestId, reason, status, address: '127.0.0.1' },
    });
    expect(answer + JSON.stringify(whoami.log)).not.toMatch(/SECRET|x{20}|evil/);
  });

  it.each([
    ['headers', 'POST / HTTP/1.1\r\nX-Slow: '],
    ['its body', `${head}Content-Length: 100\r\n\r\n{`],
  ])('is a request that is slow with %s', async (_, request) => {
    const { log, logger } = captureLog();
    const limits = { headers: 100, request: 200, checks: 50 };
    const server = createHttpServer((incoming) => void incoming.resume(), logger, limits);
    await using running = await serveOnLoopback(server);
    const url = `http://127.0.0.1:${running.port}`;
    expect(await exchange(url, request)).toMatch(/^HTTP\/1\.1 408 /);
    expect(log).toMatchObject([{ fields: { reason: 'request_timeout', status: 408, address: '127.0.0.1' } }]);
  });

  it('is no part of an answer that has begun', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const stream = 'GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const socket = openSocket(whoami.publicUrl);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(stream);
    await expect.poll(() => text).toContain('sessionId=');
    socket.write('garbage\r\n\r\n');
    await once(socket, 'close');
    expect(text).not.toContain('malformed');
    expect(text.split('HTTP/1.1 ')).toHaveLength(2);
  });

  it('is one connection too many', async () => {
    const { log, logger } = captureLog();
    const server = createHttpServer((_, response) => void response.end(), logger, { connections: 1 });
    await using running = await serveOnLoopback(server);
    const url = `http://127.0.0.1:${running.port}`;
    const first = openSocket(url);
    await once(first, 'connect');
    expect(await exchange(url, '')).toBe('');
    await expect
      .poll(() => log)
      .toMatchObject([{ fields: { reason: 'too_many_connections', address: '127.0.0.1' } }]);
    first.destroy();
  });
});

describe('with TRUSTED_PROXIES=0', () => {
  it.each(['X-Forwarded-For: 203.0.113.8', 'Forwarded: for=203.0.113.8'])(
    'the first request with %s is a warning, and no other',
    async (header) => {
      await using whoami = await startWhoami({ PROVIDER: 'none' });
      const [name = '', value = ''] = header.split(': ');
      const call = () => fetch(whoami.mcp, { method: 'POST', headers: { [name]: value }, body: whoamiCall });
      const warnings = () => whoami.log.filter(({ fields }) => fields.reason === 'proxy_not_trusted');
      await fetch(whoami.mcp);
      expect(warnings()).toEqual([]);
      await call();
      await call();
      expect(warnings()).toMatchObject([
        {
          level: 'warn',
          message: expect.stringContaining('TRUSTED_PROXIES'),
          fields: { address: '127.0.0.1' },
        },
      ]);
    },
  );

  it('there is none where a proxy is trusted', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none', TRUSTED_PROXIES: '1' });
    await fetch(whoami.publicUrl, { headers: { 'x-forwarded-for': '203.0.113.8' } });
    expect(whoami.log).toEqual([]);
  });
});
