import { randomUUID } from 'node:crypto';
import cors from 'cors';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { backchannelLogoutPath } from './backchannel-logout.ts';
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
  /** Takes the logout tokens of an identity provider, under whatever name that knows this server. */
  backchannel?: RequestHandler | undefined;
  /** Metadata, public to pages of any origin. */
  wellKnown?: RequestHandler;
}

/** Where metadata is (RFC 8615), compared as Express compares paths. */
const WELL_KNOWN_PATH = /^\/\.well-known(?:\/|$)/i;

/**
 * What every request passes before any route and before authentication: an id, the check of its Host, public
 * metadata, the check of its Origin, and CORS. One handler in place of a router, as each call pays for it.
 */
export function createFrontDoor({
  resources,
  allowedOrigins = [],
  logger,
  backchannel,
  wellKnown,
}: FrontDoorOptions): RequestHandler {
  const checkHost = createHostCheck(resources);
  const checkOrigin = createOriginCheck(resources, allowedOrigins);
  const metadata = createWellKnownPaths(wellKnown);
  const allowPages = cors({
    origin: true,
    methods: ['GET', 'POST', 'DELETE'],
    exposedHeaders,
    maxAge: PREFLIGHT_LIFETIME_SECONDS,
  });

  return (request, response, next) => {
    const requestId = randomUUID();
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    // Only what the route takes: whatever else it handed on would have passed no check.
    if (backchannel && request.method === 'POST' && request.path === backchannelLogoutPath) {
      return backchannel(request, response, next);
    }
    const foreignHost = checkHost(request);
    if (foreignHost !== undefined) return refuseForeign(request, response, logger, foreignHost);
    if (WELL_KNOWN_PATH.test(request.path)) return metadata(request, response, next);
    const foreignOrigin = checkOrigin(request);
    if (foreignOrigin !== undefined) return refuseForeign(request, response, logger, foreignOrigin);
    allowPages(request, response, next);
  };
}

/** Everything under `/.well-known`: what is not metadata is 404, never 401. */
function createWellKnownPaths(wellKnown: RequestHandler | undefined): RequestHandler {
  const router = Router();
  if (wellKnown !== undefined) router.use(wellKnown);
  router.use((_, response) => void response.status(404).json({ error: 'not_found' }));
  return router;
}

function refuseForeign(request: Request, response: Response, logger: GuardLogger, foreign: ForeignRequest) {
  const body = {
    jsonrpc: '2.0',
    error: { code: -32000, message: `Forbidden: ${foreign.reason}` },
    id: null,
  };
  reject(request, response, logger, { status: 403, ...foreign, body });
}
