import {
  connectAuthorizationServer,
  type ResourceServerSettings,
  type Resources,
  resourceServerOptions,
} from '@mcp-whoami/provider';
import { type StandIn, type StandInOptions, startStandIn } from '@mcp-whoami/testkit';
import express from 'express';
import { accessTokenOf, createGuard, type GuardOptions } from '../src/index.ts';
import { captureLog } from './captured-log.ts';
import { listen } from './raw-http.ts';

/** The largest body that the app under test takes, in bytes. */
export const bodyLimit = 1000;

export interface GuardedServerOptions extends Pick<GuardOptions, 'allowedOrigins' | 'resourceName'> {
  /** The path of the server's public URL; none otherwise. */
  publicPath?: string;
  /** The paths under which the app has the guard's entrance; the root otherwise. */
  entranceAt?: string[];
  settings?: Partial<ResourceServerSettings> | undefined;
  /** Callers are told apart by what the proxy before the server says (`X-Forwarded-For`). */
  behindProxy?: boolean;
  /** The resources of a server at `origin`; `/mcp` and `/sse` otherwise. */
  resourcesAt?: (origin: string) => Resources;
}

/** A connection to an IdP that remembers nothing unless told to. */
export const connectForTest = (
  idp: StandIn,
  {
    settings,
    ...context
  }: { resources: Resources; publicUrl: string; settings: GuardedServerOptions['settings'] },
) =>
  connectAuthorizationServer(
    {
      metadata: { kind: 'discover', type: 'oidc', issuer: idp.issuer },
      userinfoRole: 'profile',
      settings: {
        ...resourceServerOptions({ scopes: ['openid', 'profile'] }).parse({ tokenCacheSeconds: 0 }),
        ...settings,
      },
    },
    { ...context, nameOf: (field) => `TEST_${field.toUpperCase()}` },
  );

/** A running Express app behind a guard, with an IdP whose users it lets in. */
export const startGuardedServer = async (idp: StandIn, options: GuardedServerOptions = {}) => {
  await using stack = new AsyncDisposableStack();
  const { server, port } = stack.use(await listen());
  const origin = `http://localhost:${port}`;
  const publicUrl = `${origin}${options.publicPath ?? ''}`;
  const resources = options.resourcesAt?.(origin) ?? ([`${publicUrl}/mcp`, `${publicUrl}/sse`] as const);
  const [resource] = resources;
  const connection = stack.use(
    await connectForTest(idp, { settings: options.settings, resources, publicUrl }),
  );

  const log = captureLog();
  const guard = createGuard({ ...options, connection, resources, publicUrl, logger: log.logger });
  const app = express();
  app.set('trust proxy', options.behindProxy === true);
  app.use(options.entranceAt ?? '/', guard.entrance);
  app.get('/fails', () => {
    throw new Error('a defect of the handler');
  });
  app.get('/rejects', async () => {
    throw new Error('a defect of the handler');
  });
  for (const protectedResource of resources) {
    // Taken literally: a path may have characters that mean something to Express.
    const path = new URL(protectedResource).pathname.replace(/[()[\]{}?+!:*\\]/g, '\\$&');
    app.all(
      path,
      guard.requireBearer(protectedResource),
      express.json({ limit: bodyLimit }),
      (request, response) => void response.json({ auth: accessTokenOf(request), body: request.body }),
    );
  }
  app.use((_, response) => void response.status(404).json({ error: 'not_found' }));
  app.use(guard.errorHandler);
  server.on('request', app);

  const owned = stack.move();
  return {
    origin,
    port,
    resource,
    resources,
    connection,
    log,
    /** A request to the first resource, with a token. */
    call: (token: string, init: RequestInit = {}) =>
      fetch(resource, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

export type GuardedServer = Awaited<ReturnType<typeof startGuardedServer>>;

/** An IdP and a server behind a guard that lets its users in. */
export const startGuarded = async (
  idpOptions: StandInOptions = {},
  options: (idp: StandIn) => GuardedServerOptions = () => ({}),
) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn(idpOptions));
  const server = stack.use(await startGuardedServer(idp, options(idp)));
  const owned = stack.move();
  return { idp, server, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** The settings of a server that introspects. */
export const introspecting = ({
  introspectionClient: { clientId, clientSecret },
}: StandIn): GuardedServerOptions => ({
  settings: { clientId, clientSecret },
});
