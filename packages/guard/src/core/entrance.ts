import type { Answer, HeaderLine } from './answer.ts';
import { forAnyPage, forPageOf, metadataMethods, preflightAnswer, protectedMethods } from './cors.ts';
import type { Entrance } from './entering-request.ts';
import { forbidden } from './forbidden.ts';
import { joinedHeader } from './header-lines.ts';
import { createHostCheck } from './host-check.ts';
import { createOriginCheck } from './origin-check.ts';
import { publicPathOf, publicUrlOf } from './public-path.ts';
import { type PublicRoutesOptions, publicRoutes } from './public-routes.ts';
import { WELL_KNOWN_PATH } from './well-known.ts';

export interface EntranceOptions extends PublicRoutesOptions {
  /**
   * Further values of `Host` by which proxies and others call this server (`whoami.internal:3001`). Where the proxy
   * before it is trusted, `X-Forwarded-Host` is judged instead of `Host`.
   */
  allowedHosts?: readonly string[];
  /** Further origins whose pages may use this server; loopback origins always may. */
  allowedOrigins?: readonly string[];
}

/** What is not metadata is 404, never 401. */
const notFound: Answer = { status: 404, body: { error: 'not_found' } };

/**
 * Makes what every request passes before any route and before authentication: logout tokens, the check of its Host,
 * public metadata, the check of its Origin, and CORS.
 */
export function createEntrance(options: EntranceOptions): Entrance {
  const { resources, allowedHosts = [], allowedOrigins = [] } = options;
  const routes = publicRoutes(options);
  const own = options.connection === 'none' ? undefined : options.connection.routes;
  const publicPath = publicPathOf(publicUrlOf(options));
  const checkHost = createHostCheck(resources, allowedHosts, publicPath);
  const checkOrigin = createOriginCheck(resources, allowedOrigins, publicPath);

  return (request) => {
    const { method, path } = request;
    const route = routes.get(path);
    const served = route?.methods.includes(method) ? route : undefined;
    if (served?.underAnyName) return { headers: [], answer: served.answer(request.readForm) };
    const foreign = checkHost(request, request.trustedHops);
    if (foreign !== undefined) return { headers: [], answer: forbidden('host_not_allowed', foreign) };
    const preflight = (methods: readonly HeaderLine[]) =>
      preflightAnswer(methods, joinedHeader(request, 'access-control-request-headers'));
    if (WELL_KNOWN_PATH.test(path)) {
      const answer =
        method === 'OPTIONS' ? preflight(metadataMethods) : (served?.answer(request.readForm) ?? notFound);
      return { headers: forAnyPage, answer };
    }
    // Their pages check the Origin of their forms, and their other answers are for pages of any.
    if (own?.has(path)) return { headers: [], routes: own };
    const stranger = checkOrigin(request);
    if (stranger !== undefined) return { headers: [], answer: forbidden('origin_not_allowed', stranger) };
    const headers = forPageOf(joinedHeader(request, 'origin'));
    return method === 'OPTIONS' ? { headers, answer: preflight(protectedMethods) } : { headers };
  };
}
