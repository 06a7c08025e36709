import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';

/** How long a client may take to send one whole request. */
const REQUEST_TIMEOUT_MS = 30_000;

export type LoopbackServer = { readonly origin: string; [Symbol.asyncDispose](): Promise<void> };

/** How often another port is tried when the one the system chose for 127.0.0.1 is taken on ::1. */
const MAX_ATTEMPTS = 5;

/**
 * Serves `http://localhost:<port>` on 127.0.0.1 and, where the host has IPv6, on ::1 too, because `localhost` may
 * resolve to either. Port 0 takes any free port. The listener is made once the origin is known.
 *
 * @throws the system's error (`EADDRINUSE` …) when the port is taken
 */
export async function listenOnLoopback(
  port: number,
  listenerFor: (origin: string) => RequestListener,
): Promise<LoopbackServer> {
  const { servers, origin } = await listenOnBoth(port);
  const dispose = async () => {
    await Promise.all(servers.map(close));
  };
  try {
    const listener = listenerFor(origin);
    for (const server of servers) server.on('request', listener);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { origin, [Symbol.asyncDispose]: dispose };
}

async function listenOnBoth(port: number, attempt = 1): Promise<{ servers: Server[]; origin: string }> {
  const ipv4 = await listen('127.0.0.1', port);
  const address = ipv4.address();
  if (!address || typeof address === 'string') throw new TypeError('a TCP server has a port');
  const origin = `http://localhost:${address.port}`;
  try {
    return { servers: [ipv4, await listen('::1', address.port)], origin };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Without IPv6 `localhost` is 127.0.0.1 alone. A port taken there would send some clients to another program.
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return { servers: [ipv4], origin };
    await close(ipv4);
    if (code === 'EADDRINUSE' && port === 0 && attempt < MAX_ATTEMPTS) return listenOnBoth(0, attempt + 1);
    throw error;
  }
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
  server.listen({ host, port });
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A browser keeps its connections open; waiting for it would hold up the exit.
  server.closeAllConnections();
  await closed;
}
