import type { IncomingMessage } from 'node:http';
import { isLoopbackHost, quote } from '@mcp-whoami/provider';
import type { Request } from 'express';
import { countHeaders } from './count-headers.ts';
import { forwardedHost } from './forwarded-host.ts';

/** Why a request is not for this server or not from a page that may use it. */
export interface ForeignRequest {
  reason: 'host_not_allowed' | 'origin_not_allowed';
  logMessage: string;
}

/**
 * Makes the check of the `Host` header against DNS rebinding (MCP transports, "Security Warning"): the hosts of
 * the resources, loopback names and `allowedHosts` are this server, and nothing else. What is checked is the name
 * that the client used: the one that a trusted proxy forwards, if it does, in place of its own for this server.
 */
export function createHostCheck(resources: readonly string[], allowedHosts: readonly string[]) {
  const urls = resources.map((resource) => new URL(resource));
  const own = new Set(urls.map(({ host }) => host));
  const protocols = new Set(urls.map(({ protocol }) => protocol));
  // A proxy may speak either protocol to this server, so the port of both may be left out.
  const allowed = new Set(
    allowedHosts.flatMap((host) => hostsOf(host, bothProtocols).map((url) => url.host)),
  );
  const isOurs = (host: string) =>
    own.has(host) ||
    hostsOf(host, protocols).some((url) => own.has(url.host) || isLoopbackHost(url.hostname)) ||
    hostsOf(host, bothProtocols).some((url) => allowed.has(url.host));

  return (request: Request): ForeignRequest | undefined => {
    // Node keeps the first of several; a proxy may have looked at another one (RFC 9112 §3.2).
    const host = countHeaders(request, 'host') === 1 ? (request.headers.host ?? '') : '';
    const forwarded = forwardedHost(request);
    // A target in absolute form names the host too (RFC 9112 §3.2.2).
    const named = forwarded === undefined ? [host, ...authorityOf(request.originalUrl)] : [forwarded];
    const foreign = named.find((name) => !isOurs(name));
    if (foreign === undefined) return undefined;
    const found =
      forwarded === undefined ? quote(foreign) : `${quote(host)} with X-Forwarded-Host ${quote(foreign)}`;
    return {
      reason: 'host_not_allowed',
      logMessage: [
        `expected a Host of ${[...own, ...allowedHosts].join(', ')} or loopback, found ${found}`,
        'clients must use the server’s public URL',
        ...(/^[\w.:[\]-]{1,255}$/.test(foreign)
          ? [
              `if a proxy or a cluster calls this server so, set ALLOWED_HOSTS=${[...allowedHosts, foreign].join(',')} (in createGuard: allowedHosts)`,
            ]
          : []),
        ...(forwarded === undefined && request.headers['x-forwarded-host'] !== undefined
          ? [
              `X-Forwarded-Host ${quote(String(request.headers['x-forwarded-host']))} does not count, as the proxy before this server is not trusted (TRUSTED_PROXIES; in Express: trust proxy)`,
            ]
          : []),
      ].join('; '),
    };
  };
}

const bothProtocols = ['http:', 'https:'] as const;

/** What a value of `Host` is under each protocol, whose default port is no part of a URL's host; nothing if it is none. */
function hostsOf(host: string, protocols: Iterable<string>): URL[] {
  if (!/^[^\s/?#@\\]+$/.test(host)) return [];
  return [...protocols].flatMap((protocol) =>
    URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`) : [],
  );
}

/** The host in a target in absolute form. */
function authorityOf(target: string): string[] {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target) ?? [];
  return authority === undefined ? [] : [authority];
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
