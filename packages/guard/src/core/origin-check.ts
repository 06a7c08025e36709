import { isLoopbackHost, nearMiss, quote } from '@mcp-whoami/provider';
import type { ForeignRequest } from './forbidden.ts';
import { forwardedOrigin, publicUrlAssignment } from './forwarded-origin.ts';
import { headerValues, joinedHeader, type RequestHead } from './header-lines.ts';

/** What can be pasted into a list of origins (RFC 6454 §6.2). */
const plainOrigin = /^[a-z][a-z0-9+.-]*:\/\/[\w.:[\]-]{1,255}$/;

/**
 * Makes the check of the `Origin` header that browsers send (MCP transports, "Security Warning"): pages of
 * loopback origins, of the resources' own origins and of `allowedOrigins` may use this server. A request without
 * the header is from no page.
 *
 * @param publicPath of the public URL, which stays where its origin changes.
 * @returns a function that says, for the log, why an origin may not; nothing where it may.
 */
export function createOriginCheck(
  resources: readonly string[],
  allowedOrigins: readonly string[],
  publicPath = '',
) {
  const allowed = new Set([...resources.map((resource) => new URL(resource).origin), ...allowedOrigins]);
  const mendOf = (origin: string, request: Pick<RequestHead, 'rawHeaders'>): string | undefined => {
    if (origin === 'null') {
      return 'A page without an origin of its own, such as a file or a sandboxed frame, cannot be allowed: serve it from an origin, http://localhost is one';
    }
    if (!plainOrigin.test(origin)) return undefined;
    const own = forwardedOrigin(request, headerValues(request, 'host')[0] ?? '');
    return [
      ...(own !== undefined && URL.parse(own)?.host === URL.parse(origin)?.host
        ? [
            `If that is this server’s own page, its public URL is not the configured one: set ${publicUrlAssignment(origin, publicPath)}`,
          ]
        : []),
      `If the pages of that origin may use this server, add it to the allowed origins: ALLOWED_ORIGINS=${[...allowedOrigins, origin].join(',')} (in the guard’s options: allowedOrigins)`,
    ].join('. ');
  };

  return (request: Pick<RequestHead, 'rawHeaders'>): ForeignRequest | undefined => {
    const origin = joinedHeader(request, 'origin');
    if (origin === undefined || allowed.has(origin) || isLoopbackOrigin(origin)) return undefined;
    const miss = nearMiss([...allowed], [origin]);
    const finding = `the origin ${quote(origin)} is not allowed`;
    return {
      finding: miss === undefined ? finding : `${finding}: ${miss}`,
      mend: mendOf(origin, request),
    };
  };
}

function isLoopbackOrigin(origin: string): boolean {
  const url = /^https?:\/\//.test(origin) ? URL.parse(origin) : null;
  return url !== null && url.origin === origin && isLoopbackHost(url.hostname);
}
