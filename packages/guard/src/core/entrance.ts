import type { Answer } from './answer.ts';
import type { ReadForm } from './backchannel-logout.ts';
import { forAnyPage, forPageOf, metadataMethods, preflightAnswer, protectedMethods } from './cors.ts';
import { type HeaderLine, joinedHeader, type RequestHead } from './header-lines.ts';
import { createHostCheck } from './host-check.ts';
import { createOriginCheck } from './origin-check.ts';
import { type PublicRoutesOptions, publicRoutes } from './public-routes.ts';

export interface EntranceOptions extends PublicRoutesOptions {
  /**
   * Further values of `Host` by which proxies and others call this server (`whoami.internal:3001`). Where the proxy
   * before it is trusted, `X-Forwarded-Host` is judged instead of `Host`.
   */
  allowedHosts?: readonly string[];
  /** Further origins whose pages may use this server; loopback origins always may. */
  allowedOrigins?: readonly string[];
}

/** A request at the entrance. */
export interface EnteringRequest extends RequestHead {
  method: string;
  /** The path, without that of the public URL. */
  path: string;
  /** How many of the proxies that the request came through are trusted. */
  trustedHops(): number;
  readForm: ReadForm;
}

/** What the entrance says of a request. */
export interface Entry {
  /** Header lines of the answer, whoever gives it. */
  headers: readonly HeaderLine[];
  /** The guard's own answer; nothing lets the request in. */
  answer?: Answer | Promise<Answer>;
}

/** Where metadata is (RFC 8615), compared as Express compares paths. */
export const WELL_KNOWN_PATH = /^\/\.well-known(?:\/|$)/i;

/** What is not metadata is 404, never 401. */
const notFound: Answer = { status: 404, body: { error: 'not_found' } };

/**
 * Makes what every request passes before any route and before authentication: logout tokens, the check of its Host,
 * public metadata, the check of its Origin, and CORS.
 */
export function createEntrance(options: EntranceOptions): (request: EnteringRequest) => Entry {
  const { resources, allowedHosts = [], allowedOrigins = [] } = options;
  const routes = publicRoutes(options);
  const checkHost = createHostCheck(resources, allowedHosts);
  const checkOrigin = createOriginCheck(resources, allowedOrigins);

  return (request) => {
    const { method, path } = request;
    const route = routes.get(path);
    const served = route?.methods.includes(method) ? route : undefined;
    if (served?.underAnyName) return { headers: [], answer: served.answer(request.readForm) };
    const foreign = checkHost(request, request.trustedHops);
    if (foreign !== undefined) return { headers: [], answer: foreign };
    const preflight = (methods: readonly HeaderLine[]) =>
      preflightAnswer(methods, joinedHeader(request, 'access-control-request-headers'));
    if (WELL_KNOWN_PATH.test(path)) {
      const answer =
        method === 'OPTIONS' ? preflight(metadataMethods) : (served?.answer(request.readForm) ?? notFound);
      return { headers: forAnyPage, answer };
    }
    const origin = joinedHeader(request, 'origin');
    const refusal = checkOrigin(origin);
    if (refusal !== undefined) return { headers: [], answer: refusal };
    const headers = forPageOf(origin);
    return method === 'OPTIONS' ? { headers, answer: preflight(protectedMethods) } : { headers };
  };
}
