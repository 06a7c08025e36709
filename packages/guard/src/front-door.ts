import { randomUUID } from 'node:crypto';
import cors from 'cors';
import type { Request, RequestHandler, Response } from 'express';
import { backchannelLogoutPath } from './backchannel-logout.ts';
import type { GuardLogger } from './guard-logger.ts';
import { createHostCheck, createOriginCheck, type ForeignRequest } from './host-and-origin.ts';
import { createPublicPathRemover } from './public-path.ts';
import { reject } from './rejection.ts';

/** Headers that pages may read: without them a browser client learns neither where to sign in nor its session. */
export const exposedHeaders = ['WWW-Authenticate', 'Mcp-Session-Id', 'Mcp-Protocol-Version', 'X-Request-Id'];

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_LIFETIME_SECONDS = 600;

export interface FrontDoorOptions {
  /** The URLs of the resources that this server serves; their hosts and origins are its own. */
  resources: readonly [string, ...string[]];
  /** The URL under which clients reach the server, where that has a path (`https://mcp.example.com/tools`). */
  publicUrl?: string;
  /**
   * Further values of `Host` by which proxies and others call this server (`whoami.internal:3001`). Where the app's
   * setting `trust proxy` trusts the proxy before it, `X-Forwarded-Host` is judged in place of `Host`.
   */
  allowedHosts?: readonly string[];
  /** Further origins whose pages may use this server; loopback origins always may. */
  allowedOrigins?: readonly string[];
  logger: GuardLogger;
  /** Takes the logout tokens of an identity provider, under whatever name that knows this server. */
  backchannel?: RequestHandler | undefined;
  /** Metadata by its path, public to pages of any origin. */
  wellKnown?: ReadonlyMap<string, object>;
}

/** Where metadata is (RFC 8615), compared as Express compares paths. */
const WELL_KNOWN_PATH = /^\/\.well-known(?:\/|$)/i;

/**
 * What every request passes before any route and before authentication: an id, the check of its Host, public
 * metadata, the check of its Origin, and CORS. One handler in place of a router, as each call pays for it.
 */
export function createFrontDoor({
  resources,
  publicUrl = new URL(resources[0]).origin,
  allowedHosts = [],
  allowedOrigins = [],
  logger,
  backchannel,
  wellKnown = new Map(),
}: FrontDoorOptions): RequestHandler {
  const withoutPublicPath = createPublicPathRemover(publicUrl);
  const checkHost = createHostCheck(resources, allowedHosts);
  const checkOrigin = createOriginCheck(resources, allowedOrigins);
  const allowAnyPage = cors({ exposedHeaders });
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
    const path = pathOf(request, withoutPublicPath);
    // Only what is a logout token: whatever else it handed on would have passed no check.
    if (backchannel && request.method === 'POST' && path === backchannelLogoutPath) {
      return backchannel(request, response, next);
    }
    const foreignHost = checkHost(request);
    if (foreignHost !== undefined) return refuseForeign(request, response, logger, foreignHost);
    if (WELL_KNOWN_PATH.test(path)) {
      return allowAnyPage(request, response, () => sendWellKnown(wellKnown.get(path), request, response));
    }
    const foreignOrigin = checkOrigin(request);
    if (foreignOrigin !== undefined) return refuseForeign(request, response, logger, foreignOrigin);
    allowPages(request, response, next);
  };
}

/**
 * The path of a request as the server has it without its public path. Where the app has put this under a path of its
 * own (`app.use('/tools', …)`), that is what Express leaves of it, unless it is metadata, which stands before that path.
 */
function pathOf({ baseUrl, path }: Request, withoutPublicPath: (target: string) => string): string {
  const whole = withoutPublicPath(path === '/' && baseUrl !== '' ? baseUrl : baseUrl + path);
  return baseUrl === '' || WELL_KNOWN_PATH.test(whole) ? whole : path;
}

/** Everything under `/.well-known`: what is not metadata is 404, never 401. */
function sendWellKnown(document: object | undefined, { method }: Request, response: Response) {
  const found = method === 'GET' || method === 'HEAD' ? document : undefined;
  response.status(found === undefined ? 404 : 200).json(found ?? { error: 'not_found' });
}

function refuseForeign(request: Request, response: Response, logger: GuardLogger, foreign: ForeignRequest) {
  const body = {
    jsonrpc: '2.0',
    error: { code: -32000, message: `Forbidden: ${foreign.reason}` },
    id: null,
  };
  reject(request, response, logger, { status: 403, ...foreign, body });
}
