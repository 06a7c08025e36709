import { randomUUID } from 'node:crypto';
import cors from 'cors';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { GuardLogger } from './guard-logger.ts';
import { createHostCheck, createOriginCheck, type ForeignRequest } from './host-and-origin.ts';
import { reject } from './rejection.ts';

/** Headers that pages may read: without them a browser client learns neither where to sign in nor its session. */
export const exposedHeaders = ['WWW-Authenticate', 'Mcp-Session-Id', 'Mcp-Protocol-Version', 'X-Request-Id'];

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_LIFETIME_SECONDS = 600;

export interface FrontDoorOptions {
  /** The URLs of the resources that this server serves; their hosts and origins are its own. */
  resources: readonly [string, ...string[]];
  /** Further origins whose pages may use this server; loopback origins always may. */
  allowedOrigins?: readonly string[];
  logger: GuardLogger;
  /** What identity providers send, under whatever name they know this server. */
  backchannel?: RequestHandler | undefined;
  /** Metadata, public to pages of any origin. */
  wellKnown?: RequestHandler;
}

/**
 * What every request passes before any route and before authentication: an id, the check of its Host, public
 * metadata, the check of its Origin, and CORS.
 */
export function createFrontDoor({
  resources,
  allowedOrigins = [],
  logger,
  backchannel,
  wellKnown,
}: FrontDoorOptions) {
  const checkHost = createHostCheck(resources);
  const checkOrigin = createOriginCheck(resources, allowedOrigins);
  const router = Router();

  router.use((_, response, next) => {
    response.locals.requestId = randomUUID();
    response.set('X-Request-Id', response.locals.requestId);
    next();
  });
  if (backchannel !== undefined) router.use(backchannel);
  router.use(refuseForeign(checkHost, logger));
  if (wellKnown !== undefined) router.use(wellKnown);
  router.use('/.well-known', (_, response) => void response.status(404).json({ error: 'not_found' }));
  router.use(refuseForeign(checkOrigin, logger));
  router.use(
    cors({
      origin: true,
      methods: ['GET', 'POST', 'DELETE'],
      exposedHeaders,
      maxAge: PREFLIGHT_LIFETIME_SECONDS,
    }),
  );
  return router;
}

function refuseForeign(
  check: (request: Request) => ForeignRequest | undefined,
  logger: GuardLogger,
): RequestHandler {
  return (request: Request, response: Response, next) => {
    const foreign = check(request);
    if (foreign === undefined) return next();
    const body = {
      jsonrpc: '2.0',
      error: { code: -32000, message: `Forbidden: ${foreign.reason}` },
      id: null,
    };
    reject(request, response, logger, { status: 403, ...foreign, body });
  };
}
