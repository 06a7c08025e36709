import type { RequestListener, Server } from 'node:http';
import { ConfigurationError, type Environment, shownUrl, withScheme } from '@mcp-whoami/environment';
import { createPublicPathRemover, type GuardLogger, publicPathOf } from '@mcp-whoami/guard';
import { type Configuration, readConfiguration } from './configuration.ts';
import { connectPatiently } from './connect-patiently.ts';
import { createApp, resourcesOf } from './create-app.ts';
import { createHttpServer } from './http-server.ts';
import { createPage } from './page.ts';
import { countRequests } from './requests-under-way.ts';
import { MAX_PORT } from './server-environment.ts';
import { type SignInFacts, signInFacts } from './sign-in-facts.ts';
import { createSseSessions } from './sse-sessions.ts';
import type { Judge } from './sse-token.ts';

/** A server that listens. Disposing of it ends every connection and what the provider started. */
export interface RunningServer extends AsyncDisposable {
  /** The provider's name for people. */
  providerTitle: string;
  publicUrl: string;
  warnings: readonly string[];
  notes: readonly string[];
  /** How people sign in; nothing where nobody does. */
  signIn?: SignInFacts | undefined;
}

/**
 * Reads the environment, connects the provider and serves.
 *
 * @throws {ConfigurationError} when any of it cannot work.
 */
export async function startServer(environment: Environment, logger: GuardLogger): Promise<RunningServer> {
  const configuration = await readConfiguration(environment);
  const { provider, allowedHosts, allowedOrigins, trustedProxies } = configuration;
  await using cleanup = new AsyncDisposableStack();
  // The port is open before the provider is connected: it may be the public URL's, which the provider needs.
  let handle = answerNotReady('starting');
  const withoutPublicPath = createPublicPathRemover(configuration.publicUrl ?? 'http://localhost');
  const requests = countRequests((request, response) => {
    request.url = withoutPublicPath(request.url ?? '/');
    handle(request, response);
  });
  const server = createHttpServer(requests.listener, logger);
  const port = await listen(server, configuration);
  cleanup.defer(() => stop(server));
  const publicUrl = configuration.publicUrl ?? `http://localhost:${port}`;
  if (provider !== undefined) {
    const [page, otherwise] = [createPage(publicUrl, resourcesOf(publicUrl), provider), handle];
    handle = (request, response) => page.handler(request, response, () => otherwise(request, response));
  }

  const connect =
    provider && (() => provider.connect({ resources: resourcesOf(publicUrl), publicUrl, logger }));
  const connection = await (configuration.discoveryRetry && connect
    ? connectPatiently(connect, logger)
    : connect?.());
  if (connection !== undefined) cleanup.use(connection);
  const guardedBy = provider && connection && { title: provider.title, connection };
  const [, sse] = resourcesOf(publicUrl);
  const judge: Judge | undefined =
    connection && ((token, caller) => connection.verifyAccessToken(token, { caller, resource: sse }));
  const sseSessions = createSseSessions({
    logger,
    judge,
    messagesPath: `${publicPathOf(publicUrl)}/messages`,
  });
  connection?.onLogout(sseSessions.logOut);
  const hosts = { publicUrl, allowedHosts, allowedOrigins, trustedProxies };
  handle = createApp({ ...hosts, logger, sseSessions, guardedBy });

  const running = cleanup.move();
  return {
    providerTitle: provider?.title ?? 'none: everybody is let in',
    publicUrl,
    warnings: [...configuration.warnings, ...(connection?.warnings ?? [])],
    notes: [...(connection?.about.setup ?? []), ...(connection?.about.notes ?? [])],
    signIn: connection && signInFacts(connection, provider?.isBridge),
    [Symbol.asyncDispose]: async () => {
      handle = answerNotReady('draining');
      sseSessions.closeAll();
      await requests.none(DRAIN_TIMEOUT_MS);
      await running.disposeAsync();
    },
  };
}

/** Seconds after which a client may try again while the server starts or ends. */
const RETRY_AFTER_SECONDS = 2;

/** How long a call that is under way may take when the server ends, in milliseconds. */
const DRAIN_TIMEOUT_MS = 5_000;

/** Answers everything, `/health` too. */
function answerNotReady(status: 'starting' | 'draining'): RequestListener {
  const headers = {
    'Retry-After': RETRY_AFTER_SECONDS,
    'Content-Type': 'application/json',
    // Whoever waits comes to another server, or to this one again.
    Connection: 'close',
  };
  return (_, response) => void response.writeHead(503, headers).end(JSON.stringify({ status }));
}

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
          setting: 'PORT',
          found: String(port),
          expected: 'a port that this program may listen on',
          hint:
            code === 'EADDRINUSE'
              ? `Another program listens on ${host} port ${port}.`
              : 'The system does not permit that port to this user.',
          example: `PORT=${port < 1024 || port === MAX_PORT ? 3001 : port + 1}`,
        }
      : {
          setting: 'HOST',
          found: shownUrl(host),
          expected: 'an address of this machine',
          hint: `The system does not let this program listen there${code === undefined ? '' : ` (${code})`}.`,
          example: 'HOST=127.0.0.1',
          ...hostOfUrl(host),
        };
  return new ConfigurationError([problem], error);
}

/** The address that a URL, or an address with a port, was meant to say. */
function hostOfUrl(text: string): { mend?: string } {
  const hostname = withScheme(text)?.hostname.replace(/^\[|\]$/g, '');
  return hostname === undefined || hostname === text ? {} : { mend: `HOST=${hostname}` };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
