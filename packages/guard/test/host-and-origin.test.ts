import express from 'express';
import { describe, expect, it } from 'vitest';
import { createFrontDoor } from '../src/index.ts';
import { captureLog } from './captured-log.ts';
import { listen, sendRaw } from './raw-http.ts';

/** A front door with one route behind it, for resources at public URLs that it is not reached by. */
const startFrontDoor = async (allowedOrigins: readonly string[] = []) => {
  const log = captureLog();
  const app = express();
  app.use(
    createFrontDoor({
      resources: [
        'https://mcp.example.com/mcp',
        'http://intranet.example:3001/mcp',
        'http://plain.example/mcp',
      ],
      allowedOrigins,
      logger: log.logger,
    }),
  );
  app.use((_, response) => void response.send('served'));
  const running = await listen(app);
  return { ...running, log };
};

const status = async (requestLine: string, ...headers: readonly string[]) => {
  await using running = await startFrontDoor();
  return (await sendRaw(running.port, [requestLine, ...headers])).status;
};

describe('the Host', () => {
  it.each([
    'mcp.example.com',
    'mcp.example.com:443',
    'MCP.Example.COM',
    'intranet.example:3001',
    'plain.example',
    'plain.example:80',
    'localhost',
    'localhost:1',
    'localhost:65535',
    'LOCALHOST:3001',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.1.2.3:8080',
    '[::1]',
    '[::1]:3001',
  ])('%s is this server', async (host) => {
    expect(await status('GET / HTTP/1.1', `Host: ${host}`)).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:3001',
    'mcp.example.com:8443',
    'mcp.example.com.evil.example',
    'evil-mcp.example.com',
    'sub.mcp.example.com',
    'intranet.example',
    'intranet.example:3002',
    'localhost.evil.example',
    'evil.localhost.example',
    'notlocalhost',
    '127.0.0.1.nip.io',
    '127.0.0.1.evil.example:3001',
    '128.0.0.1',
    '0.0.0.0:3001',
    '[::]:3001',
    '[::2]',
    'localhost@evil.example',
    'evil.example@localhost',
    'user:password@localhost',
    'localhost:3001@evil.example',
    'localhost/evil.example',
    'evil.example/localhost',
    'evil.example#localhost',
    'evil.example?localhost',
    'evil.example\\localhost',
    'localhost evil.example',
    'localhost,evil.example',
    'localhost:99999',
    'localhost:x',
    '[::1',
    'http://localhost',
    '',
  ])('%s is another server', async (host) => {
    expect(await status('GET / HTTP/1.1', `Host: ${host}`)).toBe(403);
  });

  it('that is missing is no reason to serve', async () => {
    expect(await status('GET / HTTP/1.0')).toBe(403);
    expect(await status('GET / HTTP/1.1')).toBe(400);
  });

  it('that comes twice is refused, whichever is first', async () => {
    for (const hosts of [
      ['localhost', 'evil.example'],
      ['evil.example', 'localhost'],
      ['localhost', 'localhost'],
    ]) {
      const headers = hosts.map((host) => `Host: ${host}`);
      expect([400, 403], hosts.join()).toContain(await status('GET / HTTP/1.1', ...headers));
    }
  });

  it('of another server is refused before anything else is looked at, as one log line', async () => {
    await using running = await startFrontDoor();
    for (const target of ['/mcp', '/.well-known/oauth-protected-resource', '/.well-known/x']) {
      const answer = await sendRaw(running.port, [`OPTIONS ${target} HTTP/1.1`, 'Host: evil.example']);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toEqual({
        jsonrpc: '2.0',
        error: { code: -32000, message: 'Forbidden: host_not_allowed' },
        id: null,
      });
      expect(running.log.records()).toEqual([
        expect.objectContaining({
          reason: 'host_not_allowed',
          status: 403,
          requestId: answer.headers.get('x-request-id'),
          msg: expect.stringMatching(
            /mcp\.example\.com.*intranet\.example:3001.*"evil\.example".*public URL/,
          ),
        }),
      ]);
      running.log.lines.length = 0;
    }
  });
});

describe('the Origin', () => {
  const originStatus = async (origin: string, allowedOrigins: readonly string[] = []) => {
    await using running = await startFrontDoor(allowedOrigins);
    const answer = await sendRaw(running.port, ['GET / HTTP/1.1', 'Host: localhost', `Origin: ${origin}`]);
    expect(answer.headers.get('access-control-allow-origin')).toBe(answer.status === 200 ? origin : null);
    return answer.status;
  };

  it.each([
    'https://mcp.example.com',
    'http://intranet.example:3001',
    'http://localhost',
    'http://localhost:1',
    'https://localhost',
    'https://localhost:6274',
    'http://127.0.0.1:6274',
    'http://[::1]:6274',
  ])('%s may use this server', async (origin) => {
    expect(await originStatus(origin)).toBe(200);
  });

  it('that is not sent is of no page', async () => {
    expect(await status('GET / HTTP/1.1', 'Host: localhost')).toBe(200);
  });

  it.each([
    'null',
    '',
    '*',
    'https://evil.example',
    'http://mcp.example.com',
    'https://mcp.example.com:8443',
    'https://mcp.example.com.evil.example',
    'https://evil-mcp.example.com',
    'https://sub.mcp.example.com',
    'http://intranet.example',
    'http://localhost.evil.example',
    'http://localhost:1.evil.example',
    'http://evil.example/http://localhost',
    'http://localhost@evil.example',
    'http://evil.example@localhost',
    'http://127.0.0.1.nip.io',
    'http://evil.localhost.example',
    'http://localhost/',
    'http://localhost:1/path',
    'localhost',
    '//localhost',
    'ftp://localhost',
    'file://localhost',
    'javascript://localhost',
    'chrome-extension://localhost',
    'vscode-webview://abc',
    'http://localhost:1, https://evil.example',
    'https://evil.example http://localhost:1',
  ])('%s may not', async (origin) => {
    expect(await originStatus(origin)).toBe(403);
  });

  it.each(['vscode-webview://abc', 'https://app.example', 'null'])(
    '%s may once it is allowed',
    async (origin) => {
      expect(await originStatus(origin, [origin])).toBe(200);
    },
  );

  it.each(['vscode-webview://abcd', 'vscode-webview://ab', 'xvscode-webview://abc', 'vscode-webview://ABC'])(
    '%s is not vscode-webview://abc',
    async (origin) => {
      expect(await originStatus(origin, ['vscode-webview://abc'])).toBe(403);
    },
  );

  it('that comes twice is refused, even with two that are allowed', async () => {
    expect(
      await status(
        'GET / HTTP/1.1',
        'Host: localhost',
        'Origin: http://localhost',
        'Origin: https://evil.example',
      ),
    ).toBe(403);
  });

  it('that is not allowed is one log line, which says what to do', async () => {
    await using running = await startFrontDoor();
    const origin = 'https://evil.example';
    const answer = await sendRaw(running.port, ['GET /mcp HTTP/1.1', 'Host: localhost', `Origin: ${origin}`]);
    expect(JSON.parse(answer.body)).toEqual({
      jsonrpc: '2.0',
      error: { code: -32000, message: 'Forbidden: origin_not_allowed' },
      id: null,
    });
    expect(running.log.records()).toEqual([
      expect.objectContaining({
        reason: 'origin_not_allowed',
        requestId: answer.headers.get('x-request-id'),
        msg: expect.stringMatching(/"https:\/\/evil\.example".*allowed origins/),
      }),
    ]);
  });
});
