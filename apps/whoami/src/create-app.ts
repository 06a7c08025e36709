import { createGuard, type GuardLogger, jsonRpcError, publicPathOf, SERVER_ERROR } from '@mcp-whoami/guard';
import type { ProviderConnection } from '@mcp-whoami/provider';
import express, { type RequestHandler } from 'express';
import { sendBrowsersTo } from './browsers-to-page.ts';
import { createPage } from './page.ts';
import type { SseSessions } from './sse-sessions.ts';
import { createStreamableHttp } from './streamable-http.ts';
import { noticeProxies } from './untrusted-proxies.ts';

/** The largest body of a request. */
const BODY_LIMIT = '256kb';

/** What the server is called wherever people read it. */
const RESOURCE_NAME = 'whoami';

export interface AppOptions {
  /** What clients use, with its path; the app has its routes without that path. */
  publicUrl: string;
  /** Further values of `Host`. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  /** Reverse proxies before the server. */
  trustedProxies: number;
  logger: GuardLogger;
  sseSessions: SseSessions;
  /** What guards the server; nothing for `PROVIDER=none`. */
  guardedBy: { title: string; connection: ProviderConnection } | undefined;
}

/** The URLs of the protected resources of a server, `/mcp` first. */
export function resourcesOf(publicUrl: string): [string, string] {
  return [`${publicUrl}/mcp`, `${publicUrl}/sse`];
}

/** The server as an Express app. */
export function createApp({
  publicUrl,
  allowedHosts,
  allowedOrigins,
  trustedProxies,
  logger,
  sseSessions,
  guardedBy,
}: AppOptions) {
  const resources = resourcesOf(publicUrl);
  const [mcp, sse] = resources;
  const guard = createGuard({
    connection: guardedBy?.connection ?? 'none',
    resources,
    resourceName: RESOURCE_NAME,
    publicUrl,
    allowedHosts,
    allowedOrigins,
    logger,
  });
  const readJson = [express.json({ limit: BODY_LIMIT }), requireJson];

  const app = express().disable('x-powered-by').set('trust proxy', trustedProxies);
  app.get('/health', (_, response) => void response.json({ status: 'ok' }));
  app.use(trustedProxies === 0 ? noticeProxies(logger, guard.entrance) : guard.entrance);
  app.get('/mcp', sendBrowsersTo(`${publicPathOf(publicUrl)}/`));
  app.all('/mcp', guard.requireBearer(mcp), allowOnly('POST'), readJson, createStreamableHttp(logger));
  app.all('/sse', guard.requireBearer(sse), allowOnly('GET'), sseSessions.open);
  app.all(
    '/messages',
    sseSessions.noticeRefusals,
    guard.requireBearer(sse),
    allowOnly('POST'),
    readJson,
    sseSessions.receive,
  );
  app.use(createPage(publicUrl, resources, guardedBy).handler);
  app.use((_, response) => void response.status(404).json({ error: 'not_found' }));
  app.use(guard.errorHandler);
  return app;
}

function allowOnly(method: string): RequestHandler {
  return (request, response, next) => {
    if (request.method === method) return next();
    response.set('Allow', method);
    response.status(405).json(jsonRpcError(SERVER_ERROR, 'Method not allowed'));
  };
}

/** After the parser, which leaves whatever is not JSON, or nothing, unread. */
const requireJson: RequestHandler = (request, _response, next) => {
  if (request.body !== undefined) return next();
  next(Object.assign(new Error('the body is not JSON'), { status: 415, type: 'content.type.unsupported' }));
};
