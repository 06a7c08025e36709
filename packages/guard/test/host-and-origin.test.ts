import express from 'express';
import { describe, expect, it } from 'vitest';
import { createGuard, type GuardOptions } from '../src/index.ts';
import { captureLog } from './captured-log.ts';
import { listen, sendRaw } from './raw-http.ts';

/** An entrance with one route behind it, for resources at public URLs that it is not reached by. */
const startFrontDoor = async ({
  trustProxy = 0,
  ...options
}: Pick<GuardOptions, 'allowedOrigins' | 'allowedHosts'> & { trustProxy?: unknown } = {}) => {
  const log = captureLog();
  const app = express().set('trust proxy', trustProxy);
  app.use(
    createGuard({
      connection: 'none',
      resources: [
        'https://mcp.example.com/mcp',
        'http://intranet.example:3001/mcp',
        'http://plain.example/mcp',
      ],
      ...options,
      logger: log.logger,
    }).entrance,
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

  it('that is missing is not a reason to serve', async () => {
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

describe('allowedHosts', () => {
  const allowedHosts = ['whoami.internal:3001', 'Gateway.Example', '[fd00::1]:3001'];
  const statusOf = async (host: string) => {
    await using running = await startFrontDoor({ allowedHosts });
    return (await sendRaw(running.port, ['GET / HTTP/1.1', `Host: ${host}`])).status;
  };

  it.each([
    'whoami.internal:3001',
    'WHOAMI.internal:3001',
    'gateway.example',
    'gateway.example:80',
    'gateway.example:443',
    '[fd00::1]:3001',
    'mcp.example.com',
    'localhost:8080',
  ])('let %s in', async (host) => {
    expect(await statusOf(host)).toBe(200);
  });

  it.each([
    'whoami.internal',
    'whoami.internal:3002',
    'gateway.example:8080',
    'gateway.example.evil.example',
    'sub.gateway.example',
    '[fd00::1]',
    '[fd00::2]:3001',
    'evil.example',
    'whoami.internal:3001@evil.example',
    'whoami.internal:3001, evil.example',
  ])('do not let %s in', async (host) => {
    expect(await statusOf(host)).toBe(403);
  });

  it('that would have let a host in are in the log line, to be pasted', async () => {
    await using running = await startFrontDoor({ allowedHosts: ['gateway.example'] });
    await sendRaw(running.port, ['GET / HTTP/1.1', 'Host: 10.0.0.7:3001']);
    await sendRaw(running.port, ['GET / HTTP/1.1', `Host: $(${'x'.repeat(1000)})`]);
    const [first, second] = running.log.records();
    expect(first?.msg).toContain('ALLOWED_HOSTS=gateway.example,10.0.0.7:3001 ');
    expect(second?.msg).not.toContain('ALLOWED_HOSTS');
    expect(String(second?.msg).length).toBeLessThan(500);
  });
});

describe('X-Forwarded-Host', () => {
  const own = 'mcp.example.com';
  const statusOf = async (trustProxy: unknown, host: string, ...headers: readonly string[]) => {
    await using running = await startFrontDoor({ trustProxy });
    return (await sendRaw(running.port, ['GET / HTTP/1.1', `Host: ${host}`, ...headers])).status;
  };

  it.each([
    ['of this server, from a trusted proxy', 1, own, []],
    ['in another spelling', 1, 'MCP.example.com:443', []],
    ['by the address of the proxy', 'loopback', own, []],
    ['behind what the client said', 1, `evil.example, ${own}`, []],
    ['behind what the client said, as a line of its own', 1, 'evil.example', [`X-Forwarded-Host: ${own}`]],
    [
      'of the first of two trusted proxies',
      2,
      `evil.example, ${own}, inner.example`,
      ['X-Forwarded-For: 192.0.2.1, 192.0.2.2'],
    ],
    ['of one of two trusted proxies', 2, own, ['X-Forwarded-For: 192.0.2.1, 192.0.2.2']],
  ] as const)('%s counts beside a foreign Host', async (_, trustProxy, forwarded, more) => {
    expect(await statusOf(trustProxy, 'backend:3001', `X-Forwarded-Host: ${forwarded}`, ...more)).toBe(200);
  });

  it.each([
    ['when no proxy is trusted', 0, own, []],
    ['when this proxy is not trusted', '192.0.2.1', own, []],
    ['when the proxy said another', 1, `${own}, evil.example`, []],
    [
      'when the client says that there are more proxies',
      1,
      `${own}, evil.example`,
      ['X-Forwarded-For: 192.0.2.1, 192.0.2.2'],
    ],
    ['of another server', 1, 'evil.example', []],
    ['that is empty', 1, '', []],
    ['with a user name', 1, `${own}@evil.example`, []],
  ] as const)('does not count %s', async (_, trustProxy, forwarded, more) => {
    expect(await statusOf(trustProxy, 'backend:3001', `X-Forwarded-Host: ${forwarded}`, ...more)).toBe(403);
  });

  it('of another server is refused beside a Host that the proxy wrote, and says nothing where none is trusted', async () => {
    for (const host of ['localhost:3001', own]) {
      expect(await statusOf(1, host, 'X-Forwarded-Host: evil.example')).toBe(403);
      expect(await statusOf(0, host, 'X-Forwarded-Host: evil.example')).toBe(200);
    }
  });

  it('is in the log line with what to set', async () => {
    const lineOf = async (trustProxy: number) => {
      await using running = await startFrontDoor({ trustProxy });
      const lines = ['GET / HTTP/1.1', 'Host: backend:3001', 'X-Forwarded-Host: other.example'];
      await sendRaw(running.port, lines);
      return running.log.records()[0]?.msg;
    };
    expect(await lineOf(1)).toMatch(/"backend:3001" .*"other\.example".*ALLOWED_HOSTS=other\.example /);
    expect(await lineOf(0)).toMatch(
      /"backend:3001".*ALLOWED_HOSTS=backend:3001 .*"other\.example".*TRUSTED_PROXIES/,
    );
  });
});

describe('a target in absolute form', () => {
  it.each([
    ['http://mcp.example.com/', 200],
    ['http://localhost:3001/', 200],
    ['http://evil.example/', 403],
    ['HTTPS://evil.example/', 403],
    ['http://localhost@evil.example/', 403],
    ['http:///', 403],
  ])('%s is judged by its own host too: %i', async (target, expected) => {
    expect(await status(`GET ${target} HTTP/1.1`, 'Host: localhost')).toBe(expected);
    expect(await status(`GET ${target} HTTP/1.1`, 'Host: evil.example')).toBe(403);
  });
});

describe('the Origin', () => {
  const originStatus = async (origin: string, allowedOrigins: readonly string[] = []) => {
    await using running = await startFrontDoor({ allowedOrigins });
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

describe('what to set is in the log line', () => {
  const lineOf = async (options: Parameters<typeof startFrontDoor>[0], ...headers: readonly string[]) => {
    await using running = await startFrontDoor(options);
    await sendRaw(running.port, ['GET /mcp HTTP/1.1', ...headers]);
    return String(running.log.records()[0]?.msg);
  };

  it('PUBLIC_URL, as the proxies say that the client called this server', async () => {
    const forwarded = ['X-Forwarded-Host: tools.example:8443, inner.example', 'X-Forwarded-Proto: https'];
    expect(await lineOf({}, 'Host: backend:3001', ...forwarded)).toContain(
      'PUBLIC_URL=https://tools.example:8443 ',
    );
    expect(await lineOf({}, 'Host: tools.example')).toContain('PUBLIC_URL=https://tools.example ');
    expect(await lineOf({}, 'Host: tools.example', 'X-Forwarded-Proto: http')).toContain(
      'PUBLIC_URL=http://tools.example ',
    );
  });

  it('nothing that is not a plain name', async () => {
    for (const bad of ['$(reboot)', 'a b', 'x'.repeat(1_000), 'evil.example/path', '"']) {
      const line = await lineOf({}, 'Host: backend:3001', `X-Forwarded-Host: ${bad}`);
      expect(line).toContain('PUBLIC_URL=https://backend:3001 ');
    }
  });

  it('ALLOWED_ORIGINS, and PUBLIC_URL where the page is this server’s own', async () => {
    const origin = 'https://tools.example';
    const stranger = await lineOf({}, 'Host: localhost', `Origin: ${origin}`);
    expect(stranger).toContain(`ALLOWED_ORIGINS=${origin} `);
    expect(stranger).not.toContain('PUBLIC_URL');
    const own = await lineOf({}, 'Host: localhost', 'X-Forwarded-Host: tools.example', `Origin: ${origin}`);
    expect(own).toContain(`PUBLIC_URL=${origin} `);
  });

  it('that an origin is near to one that is allowed', async () => {
    expect(await lineOf({}, 'Host: localhost', 'Origin: http://mcp.example.com')).toContain(
      'only by the scheme, http for https',
    );
    expect(await lineOf({}, 'Host: localhost', 'Origin: null')).toContain('sandboxed frame');
  });
});
