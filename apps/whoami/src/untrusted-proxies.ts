import { type GuardLogger, requestDetails } from '@mcp-whoami/guard';
import type { RequestHandler } from 'express';

/**
 * Makes the entrance of a server that trusts no proxy: it warns once when a request says that it came through one.
 * Behind a proxy that is not trusted all clients are one caller, and share what each caller has.
 */
export function noticeProxies(logger: GuardLogger, entrance: RequestHandler): RequestHandler {
  let warned = false;
  return (request, response, next) => {
    const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers;
    if (!warned && (forwardedFor !== undefined || forwarded !== undefined)) {
      warned = true;
      logger.warn(
        { ...requestDetails(request, response), reason: 'proxy_not_trusted' },
        `a request came with ${forwardedFor === undefined ? 'Forwarded' : 'X-Forwarded-For'}, which is ignored while TRUSTED_PROXIES is 0. If a reverse proxy stands before this server, all clients have its address and share one bound on bad tokens: set TRUSTED_PROXIES to the number of proxies. Otherwise a client made the header up, and nothing is to be done`,
      );
    }
    entrance(request, response, next);
  };
}
