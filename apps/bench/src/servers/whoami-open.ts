/**
 * whoami without authentication whose calls carry what a signed-in call carries and are answered with the same:
 * what verification costs is the difference to it, and nothing else is.
 */
import type { RequestListener } from 'node:http';
import { createLogger } from '@mcp-whoami/guard';
import { createApp } from 'whoami/src/create-app.ts';
import { createHttpServer } from 'whoami/src/http-server.ts';
import { createSseSessions } from 'whoami/src/sse-sessions.ts';
import { listenOnFreePort } from '../listen.ts';
import { announce, claims } from './serve.ts';

const auth = { token: '', clientId: '', scopes: [], claims, provedBy: 'jwt' };
let handle: RequestListener = (_, response) => void response.writeHead(503).end();
const logger = createLogger();
const server = createHttpServer(
  (request, response) => handle(Object.assign(request, { auth }), response),
  logger,
);
const publicUrl = await listenOnFreePort(server);
handle = createApp({
  publicUrl,
  allowedHosts: [],
  allowedOrigins: [],
  trustedProxies: 0,
  logger,
  sseSessions: createSseSessions({ logger }),
  guardedBy: undefined,
});
announce(publicUrl);
