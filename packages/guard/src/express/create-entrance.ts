import type { Request, RequestHandler } from 'express';
import { callerOf } from '../core/caller.ts';
import type { EnteringRequest, Entrance } from '../core/entering-request.ts';
import type { EntranceCheck } from '../core/entrance-check.ts';
import { readFormBody } from '../core/form-body.ts';
import type { GuardLogger } from '../core/guard-logger.ts';
import { WELL_KNOWN_PATH } from '../core/well-known.ts';
import { requestDetails } from './request-details.ts';
import { sendAnswer, setHeaders } from './send-answer.ts';

/** Makes the entrance as a middleware; one instead of a router, as each call pays for it. */
export function createExpressEntrance(
  enter: Entrance,
  withoutPublicPath: (target: string) => string,
  check: EntranceCheck,
  logger: GuardLogger,
): RequestHandler {
  return (request, response, next) => {
    check.passed(request);
    const requestId = crypto.randomUUID();
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    const { headers, answer, routes } = enter(enteringRequest(request, withoutPublicPath));
    setHeaders(response, headers);
    if (routes !== undefined) {
      const target = withoutPublicPath(request.originalUrl);
      const details = requestDetails(request, response);
      return routes.handle(request, response, { target, caller: callerOf(request.ip), details });
    }
    if (answer === undefined) return next();
    if (!(answer instanceof Promise)) return sendAnswer(request, response, logger, answer);
    return answer.then((later) => sendAnswer(request, response, logger, later));
  };
}

function enteringRequest(request: Request, withoutPublicPath: (target: string) => string): EnteringRequest {
  return {
    method: request.method,
    path: pathOf(request, withoutPublicPath),
    url: request.originalUrl,
    rawHeaders: request.rawHeaders,
    trustedHops: () => trustedHops(request),
    // What the app has parsed already can be read only once.
    readForm: async (maxBytes) =>
      request.body === undefined ? readFormBody(request, maxBytes) : new URLSearchParams(request.body),
  };
}

/** The path of a request as the server has it without its public path, wherever the app has put what handles it. */
export function wholePathOf(
  { baseUrl, path }: Request,
  withoutPublicPath: (target: string) => string,
): string {
  // Express leaves `/` of what is just the path of its own.
  return withoutPublicPath(path === '/' && baseUrl !== '' ? baseUrl : baseUrl + path);
}

/**
 * The path that the entrance goes by: where the app has put it under a path of its own (`app.use('/tools', …)`), what
 * Express leaves of the whole one, unless that is metadata, which stands before the app's path.
 */
function pathOf(request: Request, withoutPublicPath: (target: string) => string): string {
  const whole = wholePathOf(request, withoutPublicPath);
  return request.baseUrl === '' || WELL_KNOWN_PATH.test(whole) ? whole : request.path;
}

/** How many proxies the app's setting `trust proxy` trusts, by the addresses in `X-Forwarded-For`. */
function trustedHops(request: Request): number {
  const trusts: (address: string | undefined, hop: number) => boolean = request.app.get('trust proxy fn');
  return trusts(request.socket.remoteAddress, 0) ? Math.max(1, request.ips.length) : 0;
}
