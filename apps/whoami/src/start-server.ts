import type { RequestListener, Server } from 'node:http';
import { createPublicPathRemover, type GuardLogger, publicPathOf } from '@mcp-whoami/guard';
import { ConfigurationError, type Environment, shownUrl } from '@mcp-whoami/provider';
import { type Configuration, readConfiguration } from './configuration.ts';
import { connectPatiently } from './connect-patiently.ts';
import { createApp, resourcesOf } from './create-app.ts';
import { createHttpServer } from './http-server.ts';
import { createWaitingPage } from './page/page-routes.ts';
import { MAX_PORT } from './server-environment.ts';
import { createSseSessions } from './sse-sessions.ts';

/** A server that listens. Disposing of it ends every connection and what the provider started. */
export interface RunningServer extends AsyncDisposable {
  /** The provider's name for people. */
  providerTitle: string;
  publicUrl: string;
  warnings: readonly string[];
  notes: readonly string[];
}

/**
 * Reads the environment, connects the provider and serves.
 *
 * @throws {ConfigurationError} when any of it can not work.
 */
export async function startServer(environment: Environment, logger: GuardLogger): Promise<RunningServer> {
  const configuration = await readConfiguration(environment);
  const { provider, allowedHosts, allowedOrigins, trustedProxies } = configuration;
  await using cleanup = new AsyncDisposableStack();
  // The port is open before the provider is connected: it may be the public URL's, which the provider needs.
  let handle: RequestListener = answerNotReady;
  const withoutPublicPath = createPublicPathRemover(configuration.publicUrl ?? 'http://localhost');
  const server = createHttpServer((request, response) => {
    request.url = withoutPublicPath(request.url ?? '/');
    handle(request, response);
  });
  const port = await listen(server, configuration);
  cleanup.defer(() => stop(server));
  const publicUrl = configuration.publicUrl ?? `http://localhost:${port}`;
  if (provider !== undefined) {
    const options = { publicUrl, resources: resourcesOf(publicUrl), guard: { title: provider.title } };
    handle = createWaitingPage(options, answerNotReady);
  }

  const connect =
    provider &&
    (() => provider.connect(environment, { resources: resourcesOf(publicUrl), publicUrl, logger }));
  const connection = await (configuration.discoveryRetry && connect
    ? connectPatiently(connect, logger)
    : connect?.());
  if (connection !== undefined) cleanup.use(connection);
  const guardedBy = provider && connection && { title: provider.title, connection };
  const sseSessions = createSseSessions(logger, {}, `${publicPathOf(publicUrl)}/messages`);
  cleanup.defer(() => sseSessions.closeAll());
  const hosts = { publicUrl, allowedHosts, allowedOrigins, trustedProxies };
  handle = createApp({ ...hosts, logger, sseSessions, guardedBy });

  const running = cleanup.move();
  return {
    providerTitle: provider?.title ?? 'none: everybody is let in',
    publicUrl,
    warnings: [...configuration.warnings, ...(connection?.warnings ?? [])],
    notes: connection?.notes ?? [],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Seconds after which a client may try again while the server starts. */
const RETRY_AFTER_SECONDS = 2;

const answerNotReady: RequestListener = (request, response) => {
  if (request.method === 'GET' && request.url === '/health') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"ok"}');
    return;
  }
  response.writeHead(503, { 'Retry-After': RETRY_AFTER_SECONDS, 'Content-Type': 'application/json' });
  response.end('{"status":"starting"}');
};

function listen(server: Server, { host, port }: Configuration): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function listenError(error: Error, host: string, port: number): ConfigurationError {
  const code = 'code' in error ? error.code : undefined;
  const problem =
    code === 'EADDRINUSE' || code === 'EACCES'
      ? {
          variable: 'PORT',
          found: String(port),
          expected: 'a port that this program may listen on',
          hint:
            code === 'EADDRINUSE'
              ? `Another program listens on ${host} port ${port}.`
              : 'The system does not permit that port to this user.',
          example: `PORT=${port < 1024 || port === MAX_PORT ? 3001 : port + 1}`,
        }
      : {
          variable: 'HOST',
          found: shownUrl(host),
          expected: 'an address of this machine',
          hint: `The system does not let this program listen there${code === undefined ? '' : ` (${code})`}.`,
          example: 'HOST=127.0.0.1',
        };
  return new ConfigurationError([problem], error);
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
