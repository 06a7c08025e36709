import { isLoopbackHost, nearMiss, quote } from '@mcp-whoami/provider';
import type { ForeignRequest } from './forbidden.ts';
import { forwardedHost } from './forwarded-host.ts';
import { forwardedOrigin, publicUrlAssignment } from './forwarded-origin.ts';
import { headerValues, joinedHeader, type RequestHead } from './header-lines.ts';

/**
 * Makes the check of the `Host` header against DNS rebinding (MCP transports, "Security Warning"): the hosts of
 * the resources, loopback names and `allowedHosts` are this server, and nothing else. What is checked is the name
 * that the client used: the one that a trusted proxy forwards, if it does, instead of its own for this server.
 *
 * @param publicPath of the public URL, which stays where its origin changes.
 * @returns a function that says, for the log, why a request is not for this server; nothing where it is.
 */
export function createHostCheck(
  resources: readonly string[],
  allowedHosts: readonly string[],
  publicPath: string,
) {
  const urls = resources.map((resource) => new URL(resource));
  const own = new Set(urls.map(({ host }) => host));
  const origins = [...new Set(urls.map(({ origin }) => origin))];
  const protocols = new Set(urls.map(({ protocol }) => protocol));
  // A proxy may speak either protocol to this server, so the port of both may be left out.
  const allowed = new Set(
    allowedHosts.flatMap((host) => hostsOf(host, bothProtocols).map((url) => url.host)),
  );
  const isOurs = (host: string) =>
    own.has(host) ||
    allowed.has(host) ||
    hostsOf(host, protocols).some((url) => own.has(url.host) || isLoopbackHost(url.hostname)) ||
    hostsOf(host, bothProtocols).some((url) => allowed.has(url.host));

  const mendOf = (request: RequestHead, foreign: string, ignored: string | undefined): string => {
    const called = forwardedOrigin(request, foreign);
    const known = /^[\w.:[\]-]{1,255}$/.test(foreign) ? foreign : undefined;
    return [
      called === undefined
        ? 'Clients must use the server’s public URL'
        : `Clients must use the server’s public URL: if that is ${called}, set ${publicUrlAssignment(called, publicPath)}`,
      ...(known === undefined
        ? []
        : [
            `if a proxy or a cluster calls this server so, set ALLOWED_HOSTS=${[...allowedHosts, known].join(',')} (in the guard’s options: allowedHosts)`,
          ]),
      ...(ignored === undefined
        ? []
        : [
            `X-Forwarded-Host ${quote(ignored)} does not count, as the proxy before this server is not trusted: TRUSTED_PROXIES=1 trusts one (in Express: trust proxy; in createFetchGuard: trustedProxies)`,
          ]),
    ].join('; ');
  };

  return (request: RequestHead, trustedHops: () => number): ForeignRequest | undefined => {
    // A proxy may have looked at another one of several (RFC 9112 §3.2).
    const [host = '', ...others] = headerValues(request, 'host');
    const forwarded = forwardedHost(request, trustedHops);
    // A target in absolute form names the host too (RFC 9112 §3.2.2).
    const named =
      forwarded === undefined
        ? [others.length === 0 ? host : '', ...authorityOf(request.url ?? '')]
        : [forwarded];
    const foreign = named.find((name) => !isOurs(name));
    if (foreign === undefined) return undefined;
    const found =
      forwarded === undefined ? quote(foreign) : `${quote(host)} with X-Forwarded-Host ${quote(foreign)}`;
    const miss = hostsOf(foreign, protocols)
      .map((url) => nearMiss(origins, [url.origin]))
      .find((text) => text !== undefined);
    const expected = `expected a Host of ${[...own, ...allowedHosts].join(', ')} or loopback, found ${found}`;
    return {
      finding: miss === undefined ? expected : `${expected}: ${miss}`,
      mend: mendOf(
        request,
        foreign,
        forwarded === undefined ? joinedHeader(request, 'x-forwarded-host') : undefined,
      ),
    };
  };
}

const bothProtocols = ['http:', 'https:'] as const;

/** What a value of `Host` is under each protocol, whose default port is no part of a URL's host; nothing if it is none. */
function hostsOf(host: string, protocols: Iterable<string>): URL[] {
  if (!/^[^\s/?#@\\]+$/.test(host)) return [];
  return [...protocols].flatMap((protocol) => URL.parse(`${protocol}//${host}`) ?? []);
}

/** The host in a target in absolute form. */
function authorityOf(target: string): string[] {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target) ?? [];
  return authority === undefined ? [] : [authority];
}
