import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { type ConnectionLimits, createHttpServer } from '../src/http-server.ts';
import { exchange, openSocket } from './raw-socket.ts';
import { captureLog, startWhoami } from './start-whoami.ts';

const start = async (limits: Partial<ConnectionLimits>) => {
  const server = createHttpServer(
    (request, response) => {
      if (request.url === '/silent') return;
      request.resume().on('end', () => response.end('done'));
    },
    captureLog().logger,
    limits,
  );
  const { port, ...running } = await serveOnLoopback(server);
  const url = `http://127.0.0.1:${port}`;
  return {
    ...running,
    exchange: (text: string) => exchange(url, text),
    connect: async () => {
      const socket = openSocket(url);
      await once(socket, 'connect');
      return socket;
    },
    connections: () =>
      new Promise<number>((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
  };
};

/** `USER_HZ`, the same on all of Linux's common machines. */
const TICKS_PER_SECOND = 100;

/** The timer of the server's side of a connection, as Linux tells it: man 5 proc, `/proc/net/tcp`. */
const timerOfServersSide = async (port: number) => {
  const established = `:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]+:[0-9A-F]{4} 01 `;
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => ''));
  const text = (await Promise.all(tables)).join('');
  const [, kind, ticks = ''] = new RegExp(`${established}\\S+ (\\d\\d):([0-9A-F]+)`).exec(text) ?? [];
  return { keepAlive: kind === '02', seconds: Number.parseInt(ticks, 16) / TICKS_PER_SECOND };
};
const quick = { headers: 100, request: 200, checks: 50 };

describe('a client that is slow', () => {
  it('with its headers is cut off', async () => {
    await using server = await start(quick);
    expect(await server.exchange('POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')).toContain(' 408 ');
  });

  it('with its body is cut off', async () => {
    await using server = await start(quick);
    const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{';
    expect(await server.exchange(head)).toContain(' 408 ');
  });

  it('and says nothing any more is cut off', async () => {
    await using server = await start({ silence: 100 });
    expect(await server.exchange('GET /silent HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('');
  });
});

describe('the server', () => {
  it('has these limits', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const socket = openSocket(whoami.publicUrl);
    const begun = performance.now();
    socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    const [answer] = await once(socket, 'data');
    expect(answer).toContain(' 408 ');
    // Node's own limit is a minute.
    expect(performance.now() - begun).toBeLessThan(30_000);
    socket.destroy();
  });

  it.skipIf(process.platform !== 'linux')('finds out that a client vanished without a word', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const port = Number(new URL(whoami.publicUrl).port);
    const socket = openSocket(whoami.publicUrl);
    await once(socket, 'connect');
    // A machine that vanishes cannot be fetched here: the system tells of the timer that is set for one.
    const soon = { keepAlive: true, seconds: expect.closeTo(15, -1) };
    await expect.poll(() => timerOfServersSide(port), { timeout: 5_000 }).toEqual(soon);
    socket.destroy();
  });
});

describe('connections', () => {
  it('are a bounded number, and make room when they end', async () => {
    await using server = await start({ connections: 3 });
    const [first, ...others] = await Promise.all([server.connect(), server.connect(), server.connect()]);
    expect(await server.exchange('')).toBe('');
    expect(await server.connections()).toBe(3);
    first.destroy();
    await expect.poll(server.connections).toBe(2);
    const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    expect(await server.exchange(request)).toContain('200 OK');
    for (const socket of others) socket.destroy();
  });
});
