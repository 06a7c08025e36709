import { isLoopbackHost, quote } from '@mcp-whoami/provider';

/**
 * Makes the check of the `Origin` header that browsers send (MCP transports, "Security Warning"): pages of
 * loopback origins, of the resources' own origins and of `allowedOrigins` may use this server. A request without
 * the header is from no page.
 *
 * @returns a function that says, for the log, why an origin may not; nothing where it may.
 */
export function createOriginCheck(resources: readonly string[], allowedOrigins: readonly string[]) {
  const allowed = new Set([...resources.map((resource) => new URL(resource).origin), ...allowedOrigins]);
  return (origin: string | undefined): string | undefined => {
    if (origin === undefined || allowed.has(origin) || isLoopbackOrigin(origin)) return undefined;
    return `the origin ${quote(origin)} is not allowed; add it to the allowed origins if its pages may use this server`;
  };
}

function isLoopbackOrigin(origin: string): boolean {
  const url = /^https?:\/\//.test(origin) ? URL.parse(origin) : null;
  return url !== null && url.origin === origin && isLoopbackHost(url.hostname);
}
