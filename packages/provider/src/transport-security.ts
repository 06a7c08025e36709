import type { AuthorizationServer } from './authorization-server.ts';
import type { AuthorizationServerMetadata } from './authorization-server-metadata.ts';
import type { ConnectionContext } from './define-provider.ts';
import { ConfigurationError, type ConfigurationProblem } from './errors.ts';
import { shownUrl } from './shown-value.ts';
import { isPlainHttp } from './urls.ts';

/** When the public issuer can't be reached from here, its endpoints are reached as its metadata was. */
export function reachableUrl(url: string, issuer: string, discoveryUrl: string | undefined): string {
  const target = new URL(url);
  if (discoveryUrl === undefined || target.origin !== new URL(issuer).origin) return url;
  return `${new URL(discoveryUrl).origin}${target.pathname}${target.search}`;
}

/**
 * Plain http to another machine (OAuth 2.1 §1.5): warnings, by variable.
 *
 * @throws {ConfigurationError} in production.
 */
export function checkConfiguredUrls(
  { urls, settings: { discoveryUrl } }: AuthorizationServer,
  context: ConnectionContext,
): string[] {
  const insecure = Object.entries({ ...urls, discoveryUrl }).flatMap(([field, url]) =>
    url !== undefined && isPlainHttp(url) ? [{ variable: context.variable(field), url }] : [],
  );
  return warnOrThrow(
    context,
    insecure.map(({ variable, url }) => ({
      variable,
      found: shownUrl(url),
      expected: 'https: with NODE_ENV=production tokens never travel over plain http',
      example: `${variable}=${overHttps(url)}`,
    })),
    insecure.map(
      ({ variable, url }) =>
        `${variable}=${shownUrl(url)} is plain http: anybody on the way can read tokens and change answers`,
    ),
  );
}

/** The same for the endpoints that the metadata names: this server's own and those of its clients. */
export function checkEndpoints(
  metadata: AuthorizationServerMetadata,
  { metadata: source, settings }: AuthorizationServer,
  context: ConnectionContext,
): string[] {
  if ('tokenEndpoint' in source || isPlainHttp(source.issuer)) return [];
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, introspection_endpoint } =
    metadata;
  const own = [jwks_uri, userinfo_endpoint, introspection_endpoint].flatMap((url) =>
    url === undefined ? [] : [reachableUrl(url, metadata.issuer, settings.discoveryUrl)],
  );
  // That way is judged by itself, as a configured URL.
  const discoveryOrigin = settings.discoveryUrl && new URL(settings.discoveryUrl).origin;
  const insecure = [authorization_endpoint, token_endpoint, ...own].filter(
    (url) => isPlainHttp(url) && new URL(url).origin !== discoveryOrigin,
  );
  if (insecure.length === 0) return [];
  const text = `its metadata names endpoints over plain http: ${insecure.map(shownUrl).join(', ')}`;
  const problem = {
    variable: context.variable(source.issuerField),
    found: source.issuer,
    expected: 'an IdP with https endpoints: with NODE_ENV=production tokens never travel over plain http',
    hint: text,
  };
  return warnOrThrow(
    context,
    [problem],
    [`${context.variable(source.issuerField)}: ${text}: anybody on the way can read tokens`],
  );
}

function warnOrThrow(
  { production }: ConnectionContext,
  problems: readonly ConfigurationProblem[],
  warnings: string[],
): string[] {
  if (production && problems.length > 0) throw new ConfigurationError(problems);
  return warnings;
}

/** Without the query, which may hold a secret. */
function overHttps(url: string): string {
  return url.replace(/^http:/i, 'https:').replace(/[?#].*$/s, '');
}
