import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { optionNames } from '@mcp-whoami/environment';
import { resourceServerOptions, type Upstream } from '@mcp-whoami/provider';
import { z } from 'zod';
import { bridgeSettings } from '../src/bridge-settings.ts';
import { connectBridge } from '../src/connect-bridge.ts';

const settingsSchema = z.object({
  ...resourceServerOptions({ scopes: ['openid', 'profile', 'email'] }).shape,
  ...bridgeSettings.shape,
});

const refusal = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  code: z.string(),
});

export type BridgeTestOptions = {
  /** The IdP, for the callback URL that this server has. */
  upstream: Upstream;
  settings?: z.input<typeof settingsSchema>;
  /** What is before it: a proxy, another process with the same store. */
  publicUrl?: string;
  /** Where it listens, for an IdP that has to know the callback before; any free one otherwise. */
  port?: number;
  /** Behind a path of the host. */
  path?: string;
  production?: boolean;
};

export type BridgeUnderTest = Awaited<ReturnType<typeof startBridge>>;

/** A bridge in a server on loopback, which has the routes that the guard would hand on, and `/mcp`. */
export async function startBridge({
  upstream,
  settings,
  publicUrl: given,
  port: listenOn = 0,
  path = '',
  production,
}: BridgeTestOptions) {
  await using cleanup = new AsyncDisposableStack();
  const server = createServer();
  server.listen(listenOn, '127.0.0.1');
  cleanup.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  const publicUrl = given ?? `${origin}${path}`;
  const publicPath = new URL(publicUrl).pathname.replace(/\/$/, '');
  const logs: { reason?: unknown; message: string }[] = [];
  const resources: [string, string] = [`${publicUrl}/mcp`, `${publicUrl}/sse`];
  const connection = await connectBridge(upstream, settingsSchema.parse(settings ?? {}), {
    resources,
    publicUrl,
    production,
    nameOf: optionNames(settingsSchema),
    logger: { warn: (details, message) => void logs.push({ ...details, message }) },
  });
  cleanup.use(connection);
  let caller: [string, ...string[]] = ['203.0.113.1'];
  server.on('request', async (request, response) => {
    const { url = '/' } = request;
    const target = publicPath !== '' && url.startsWith(`${publicPath}/`) ? url.slice(publicPath.length) : url;
    const { pathname } = new URL(target, origin);
    if (connection.routes?.has(pathname)) {
      const details = { address: caller[0], path: pathname };
      connection.routes.handle(request, response, { target, caller, details });
      return;
    }
    response.setHeader('content-type', 'application/json');
    if (pathname === '/.well-known/oauth-authorization-server') {
      response.end(JSON.stringify(connection.published.metadata));
      return;
    }
    if (pathname === '/mcp') {
      const [, token = ''] = request.headers.authorization?.split(' ') ?? [];
      try {
        const { subject } = await connection.verifyAccessToken(token, { resource: resources[0] });
        response.end(JSON.stringify({ subject }));
      } catch (error) {
        const { status, headers, code } = refusal.parse(error);
        response.writeHead(status, headers).end(JSON.stringify({ code }));
      }
      return;
    }
    response.writeHead(404).end('{}');
  });
  const running = cleanup.move();
  return {
    /** Where it really listens; its public URL may be another's. */
    origin,
    publicUrl,
    resource: resources[0],
    sse: resources[1],
    connection,
    logs,
    /** Whose requests come from now on: an address, and the wider networks that it is in. */
    comeFrom: (address: string, ...networks: string[]) => {
      caller = [address, ...networks];
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
