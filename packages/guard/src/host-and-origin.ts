import type { IncomingMessage } from 'node:http';
import { isLoopbackHost, quote } from '@mcp-whoami/provider';
import { countHeaders } from './count-headers.ts';

/** Why a request is not for this server or not from a page that may use it. */
export interface ForeignRequest {
  reason: 'host_not_allowed' | 'origin_not_allowed';
  logMessage: string;
}

/**
 * Makes the check of the `Host` header against DNS rebinding (MCP transports, "Security Warning"): the hosts of
 * the resources and loopback names are this server, and nothing else.
 */
export function createHostCheck(resources: readonly string[]) {
  const own = new Set(resources.map((resource) => new URL(resource).host));
  const protocols = new Set(resources.map((resource) => new URL(resource).protocol));
  return (request: IncomingMessage): ForeignRequest | undefined => {
    // Node keeps the first of several; a proxy may have looked at another one (RFC 9112 §3.2).
    const host = countHeaders(request, 'host') === 1 ? (request.headers.host ?? '') : '';
    if (own.has(host)) return undefined;
    const urls = /^[^\s/?#@\\]+$/.test(host) ? [...protocols].map((protocol) => `${protocol}//${host}`) : [];
    const known = urls
      .filter((url) => URL.canParse(url))
      .map((url) => new URL(url))
      .some((url) => own.has(url.host) || isLoopbackHost(url.hostname));
    if (known) return undefined;
    return {
      reason: 'host_not_allowed',
      logMessage: `expected a Host of ${[...own].join(', ')} or loopback, found ${quote(host)}; clients must use the server’s public URL`,
    };
  };
}

/**
 * Makes the check of the `Origin` header that browsers send (MCP transports, "Security Warning"): pages of
 * loopback origins, of the resources' own origins and of `allowedOrigins` may use this server. A request without
 * the header is from no page.
 */
export function createOriginCheck(resources: readonly string[], allowedOrigins: readonly string[]) {
  const allowed = new Set([...resources.map((resource) => new URL(resource).origin), ...allowedOrigins]);
  return ({ headers }: IncomingMessage): ForeignRequest | undefined => {
    const { origin } = headers;
    if (origin === undefined || allowed.has(origin) || isLoopbackOrigin(origin)) return undefined;
    return {
      reason: 'origin_not_allowed',
      logMessage: `the origin ${quote(origin)} is not allowed; add it to the allowed origins if its pages may use this server`,
    };
  };
}

function isLoopbackOrigin(origin: string): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.origin === origin && isLoopbackHost(url.hostname);
}
